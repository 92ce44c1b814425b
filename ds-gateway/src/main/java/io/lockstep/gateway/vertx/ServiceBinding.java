package io.lockstep.gateway.vertx;

import com.google.protobuf.Descriptors;
import io.grpc.MethodDescriptor;
import io.vertx.core.Handler;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpcio.server.GrpcIoServer;
import java.util.ArrayList;
import java.util.List;

/**
 * A service of the API: its descriptor, for reflection and health, and a handler for each method.
 */
final class ServiceBinding implements Service {
  private final Descriptors.ServiceDescriptor descriptor;
  private final List<Bound<?, ?>> methods = new ArrayList<>();

  private record Bound<Q, R>(
      MethodDescriptor<Q, R> method, Handler<GrpcServerRequest<Q, R>> handler) {
    void bindTo(GrpcIoServer server) {
      server.callHandler(method, handler);
    }
  }

  ServiceBinding(Descriptors.ServiceDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  <Q, R> void add(MethodDescriptor<Q, R> method, Handler<GrpcServerRequest<Q, R>> handler) {
    methods.add(new Bound<>(method, handler));
  }

  @Override
  public ServiceName name() {
    return ServiceName.create(descriptor.getFullName());
  }

  @Override
  public Descriptors.ServiceDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public void bind(GrpcServer server) {
    methods.forEach(method -> method.bindTo((GrpcIoServer) server));
  }
}
