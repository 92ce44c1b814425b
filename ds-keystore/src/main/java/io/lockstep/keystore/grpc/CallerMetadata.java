package io.lockstep.keystore.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Reason;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.keystore.store.Caller;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Takes the caller out of the metadata that a gateway sets from the client's token: {@value
 * #CLIENT_ID} and {@value #INBOX_ID}, in hex. A call without them is refused with TOKEN_MISSING.
 */
public final class CallerMetadata implements ServerInterceptor {
  public static final String CLIENT_ID = "lockstep-client-id";
  public static final String INBOX_ID = "lockstep-inbox-id";

  private static final Metadata.Key<String> CLIENT_KEY =
      Metadata.Key.of(CLIENT_ID, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> INBOX_KEY =
      Metadata.Key.of(INBOX_ID, Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Caller> CALLER = Context.key("caller");

  /** The caller of the call that this thread serves. */
  static Caller ofThisCall() {
    return CALLER.get();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    Optional<ByteString> clientId = id(headers.get(CLIENT_KEY));
    Optional<ByteString> inboxId = id(headers.get(INBOX_KEY));
    if (clientId.isEmpty() || inboxId.isEmpty()) {
      StatusRuntimeException refused =
          ErrorContract.error(Reason.TOKEN_MISSING, "no client in the metadata of the call");
      Metadata trailers = refused.getTrailers();
      call.close(refused.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    Caller caller = new Caller(clientId.get(), inboxId.get());
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  private static Optional<ByteString> id(String hex) {
    try {
      return Optional.ofNullable(hex)
          .filter(text -> text.length() == 2 * KeyLimits.ID_LENGTH)
          .map(text -> ByteString.copyFrom(HexFormat.of().parseHex(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
