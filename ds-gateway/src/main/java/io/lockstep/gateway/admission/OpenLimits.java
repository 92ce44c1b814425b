package io.lockstep.gateway.admission;

/**
 * How much may be open at a time. A client is the one that its token names, on however many
 * connections.
 *
 * @param clientCalls Connect calls of one client
 * @param gatewayCalls Connect calls in all
 * @param clientStreams streams that one client has attached, on all of its calls
 * @param groupStreams attachments of one group's stream, of all clients
 * @param gatewayStreams streams in all
 */
public record OpenLimits(
    int clientCalls, int gatewayCalls, int clientStreams, int groupStreams, int gatewayStreams) {
  public static final OpenLimits DEFAULT = new OpenLimits(16, 200_000, 4_000, 200_000, 2_000_000);

  public OpenLimits {
    if (Math.min(clientCalls, gatewayCalls) < 1
        || Math.min(clientStreams, Math.min(groupStreams, gatewayStreams)) < 1) {
      throw new IllegalArgumentException("limits of what is open must be positive");
    }
  }
}
