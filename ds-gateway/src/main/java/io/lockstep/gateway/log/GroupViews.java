package io.lockstep.gateway.log;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.gateway.admission.GroupView;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Views of the groups that were submitted to lately, kept current by the log. A view may lag
 * behind; {@link GroupView} says why that does no harm. That there is no such group is never
 * remembered, and not believed before the owner has folded as much of the log as this gateway has
 * read: it may just have told a client that the group was created. Thread-safe.
 */
public final class GroupViews {
  static final int TRIES_MAX = 100;
  private static final long RETRY_MILLIS = 10;

  private final OwnerQueries owners;
  private final ToLongFunction<String> readTo;
  private final Map<String, GroupView> views;

  /**
   * @param readTo log offset up to which this gateway has read the partition of a group, by key
   */
  public GroupViews(OwnerQueries owners, ToLongFunction<String> readTo, int viewsMax) {
    this.owners = owners;
    this.readTo = readTo;
    this.views =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, GroupView> eldest) {
            return size() > viewsMax;
          }
        };
  }

  /**
   * Empty when there is no such group. Fails when its owner cannot be reached in time, or lags
   * behind this gateway for longer than a second.
   */
  public CompletableFuture<Optional<GroupView>> view(String key) {
    synchronized (views) {
      GroupView known = views.get(key);
      if (known != null) {
        return CompletableFuture.completedFuture(Optional.of(known));
      }
    }
    return ask(key, readTo.applyAsLong(key), TRIES_MAX);
  }

  private CompletableFuture<Optional<GroupView>> ask(String key, long asOf, int tries) {
    return owners
        .state(key)
        .thenCompose(
            answer -> {
              Optional<GroupView> view = learn(key, answer);
              if (view.isPresent() || answer.foldedTo() >= asOf) {
                return CompletableFuture.completedFuture(view);
              }
              if (tries == 1) {
                return CompletableFuture.failedFuture(
                    new Refused(Reason.SERVICE_UNAVAILABLE, "the group's owner lags behind"));
              }
              Executor later =
                  CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS);
              return CompletableFuture.runAsync(() -> {}, later)
                  .thenCompose(waited -> ask(key, asOf, tries - 1));
            });
  }

  private Optional<GroupView> learn(String key, StateAnswer<StreamState> answer) {
    Optional<GroupView> view = answer.state().flatMap(GroupView::of);
    synchronized (views) {
      view.ifPresent(one -> views.put(key, one));
    }
    return view;
  }

  void entry(String key, Sequenced entry) {
    synchronized (views) {
      GroupView known = views.get(key);
      if (known != null) {
        Optional<GroupView> next = known.after(entry);
        if (next.isPresent()) {
          views.put(key, next.get());
        } else {
          views.remove(key);
        }
      }
    }
  }

  void clear() {
    synchronized (views) {
      views.clear();
    }
  }
}
