package io.lockstep.gateway.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupViewsTest {
  private static final String KEY = "g:0a";
  private static final StateAnswer<StreamState> PRESENT =
      new StateAnswer<>(
          Optional.of(
              StreamState.newBuilder()
                  .setSequence(1)
                  .setGroup(GroupState.getDefaultInstance())
                  .build()),
          5);

  private static final StateAnswer<StreamState> ABSENT = new StateAnswer<>(Optional.empty(), 5);

  private final AtomicInteger asked = new AtomicInteger();

  private GroupViews views(StateAnswer<StreamState> answer) {
    OwnerQueries owners =
        new OwnerQueries() {
          @Override
          public CompletableFuture<StateAnswer<StreamState>> state(String key) {
            asked.incrementAndGet();
            return CompletableFuture.completedFuture(answer);
          }

          @Override
          public CompletableFuture<HistoryPage<StreamEntry>> history(
              String key, long afterSequence, int maxEntries, int maxBytes) {
            throw new AssertionError("nobody asks for history");
          }
        };
    return new GroupViews(owners, 10);
  }

  @Test
  void whatIsThereIsRemembered() {
    GroupViews views = views(PRESENT);
    assertTrue(views.view(KEY).join().isPresent());
    assertTrue(views.view(KEY).join().isPresent());
    assertEquals(1, asked.get());
  }

  @Test
  void whatIsNotThereIsNotRemembered() {
    GroupViews views = views(ABSENT);
    assertEquals(Optional.empty(), views.view(KEY).join());
    assertEquals(Optional.empty(), views.view(KEY).join());
    assertEquals(2, asked.get());
  }
}
