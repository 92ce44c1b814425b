package io.lockstep.chainlog.store;

class InMemoryStreamStoreTest extends StreamStoreContract {
  @Override
  StreamStore open() {
    return new InMemoryStreamStore();
  }
}
