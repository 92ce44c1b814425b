package io.lockstep.chainlog.grpc;

import io.grpc.netty.NettyServerBuilder;

/** What a port does about the connections that are made to it. */
public interface PortGuard extends AutoCloseable {
  /** No more than gRPC does by itself: for ports that only services reach. */
  PortGuard NONE =
      new PortGuard() {
        @Override
        public void guard(NettyServerBuilder builder) {}

        @Override
        public void close() {}
      };

  /** Before the port is opened, once. */
  void guard(NettyServerBuilder builder);

  /** After the port is closed. */
  @Override
  void close();
}
