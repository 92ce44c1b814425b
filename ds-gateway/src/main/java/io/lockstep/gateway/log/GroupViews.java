package io.lockstep.gateway.log;

import io.lockstep.chainlog.StateAnswer;
import io.lockstep.gateway.admission.GroupView;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Views of the groups that were submitted to lately, kept current by the log. A view may lag
 * behind; {@link GroupView} says why that does no harm. That there is no such group is never
 * remembered. Thread-safe.
 */
public final class GroupViews {
  private final OwnerQueries owners;
  private final Map<String, GroupView> views;

  public GroupViews(OwnerQueries owners, int viewsMax) {
    this.owners = owners;
    this.views =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, GroupView> eldest) {
            return size() > viewsMax;
          }
        };
  }

  /** Empty when there is no such group. Fails when its owner cannot be reached in time. */
  public CompletableFuture<Optional<GroupView>> view(String key) {
    synchronized (views) {
      GroupView known = views.get(key);
      if (known != null) {
        return CompletableFuture.completedFuture(Optional.of(known));
      }
    }
    return owners.state(key).thenApply(answer -> learn(key, answer));
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
