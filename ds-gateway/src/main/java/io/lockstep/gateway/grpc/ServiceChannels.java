package io.lockstep.gateway.grpc;

import io.grpc.ManagedChannel;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.grpc.TlsFiles;
import java.util.Optional;

/** Channels to owners and to the key store: mutual TLS 1.3, or plaintext where that is deployed. */
public final class ServiceChannels implements AutoCloseable {
  /** A page of history or an answer of the key store. */
  private static final int MESSAGE_BYTES_MAX = 16 << 20;

  private final GrpcChannels channels;

  /**
   * @param files empty: plaintext, for services on loopback
   */
  public ServiceChannels(Optional<TlsFiles> files) {
    channels = new GrpcChannels(files);
  }

  public ManagedChannel to(String target) {
    return channels.to(target, MESSAGE_BYTES_MAX);
  }

  @Override
  public void close() {
    channels.close();
  }
}
