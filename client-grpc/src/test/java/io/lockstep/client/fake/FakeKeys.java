package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.ClaimResult;
import io.lockstep.api.v1.ClaimedKeyPackage;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Key packages in memory. */
final class FakeKeys extends KeysGrpc.KeysImplBase {
  private final FakeAuthentication accounts;
  private final Map<ByteString, Deque<ByteString>> oneTime = new HashMap<>();
  private final Map<ByteString, ByteString> lastResort = new HashMap<>();

  FakeKeys(FakeAuthentication accounts) {
    this.accounts = accounts;
  }

  @Override
  public synchronized void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    ByteString client = accounts.caller().id();
    Deque<ByteString> store = oneTime.computeIfAbsent(client, ignored -> new ArrayDeque<>());
    store.addAll(request.getOneTimeList());
    if (!request.getLastResort().isEmpty()) {
      lastResort.put(client, request.getLastResort());
    }
    answer.onNext(
        PublishResponse.newBuilder()
            .setOneTime(store.size())
            .setLastResort(lastResort.containsKey(client))
            .build());
    answer.onCompleted();
  }

  @Override
  public synchronized void claim(ClaimRequest request, StreamObserver<ClaimResponse> answer) {
    ClaimResponse.Builder response = ClaimResponse.newBuilder();
    for (ByteString client : request.getClientIdsList()) {
      response.addResults(claim(client));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  private ClaimResult claim(ByteString client) {
    ClaimResult.Builder result = ClaimResult.newBuilder().setClientId(client);
    Deque<ByteString> store = oneTime.getOrDefault(client, new ArrayDeque<>());
    ByteString taken = store.isEmpty() ? lastResort.get(client) : store.peek();
    if (taken == null) {
      return result.setFailure(Reason.KEY_PACKAGES_EXHAUSTED).build();
    }
    boolean last = store.isEmpty();
    store.poll();
    return result
        .setClaimed(
            ClaimedKeyPackage.newBuilder()
                .setKeyPackage(taken)
                .setInboxId(accounts.byId(client).orElseThrow().inbox())
                .setLastResort(last))
        .build();
  }

  @Override
  public synchronized void count(CountRequest request, StreamObserver<CountResponse> answer) {
    ByteString client = accounts.caller().id();
    answer.onNext(
        CountResponse.newBuilder()
            .setOneTime(oneTime.getOrDefault(client, new ArrayDeque<>()).size())
            .setLastResort(lastResort.containsKey(client))
            .build());
    answer.onCompleted();
  }
}
