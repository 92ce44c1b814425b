package io.lockstep.deploy.cluster;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamChain;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.Sequenced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Everything that every client was told, held against everything that the others were told and
 * against the plan, as it comes in. What contradicts is kept: {@link #contradictions()}.
 */
final class Ledger {
  private static final int CONTRADICTIONS_MAX = 20;

  private final Plan plan;
  private final List<Book> books;
  private final ConcurrentLinkedQueue<String> contradictions = new ConcurrentLinkedQueue<>();

  Ledger(Plan plan) {
    this.plan = plan;
    this.books = IntStream.range(0, plan.groups()).mapToObj(Book::new).toList();
  }

  /** What a client knows of a group: where to attach, and for which epoch to make messages. */
  record Known(long sequence, long epoch, long epochSequence) {}

  /** Order and chain of a group as the client that was first to be told something was told it. */
  private static final class Book {
    final int group;
    final List<ByteString> chains = new ArrayList<>();
    final List<Plan.Item> items = new ArrayList<>();
    final List<Known> known = new ArrayList<>();
    final int[] newestNumber = new int[Plan.CLIENTS];
    final Map<Plan.Item, Long> acknowledged = new HashMap<>();
    long newestAcknowledged;
    long epoch;

    Book(int group) {
      this.group = group;
      for (int i = 0; i < Plan.CLIENTS; i++) {
        known.add(new Known(0, 0, 0));
      }
    }

    ByteString chain(long sequence) {
      return sequence == 0
          ? ByteString.copyFrom(StreamChain.zero())
          : chains.get((int) sequence - 1);
    }
  }

  /** What a client has been told of a group, by deliveries. */
  Known known(int client, int group) {
    Book book = books.get(group);
    synchronized (book) {
      return book.known.get(client);
    }
  }

  long newestAcknowledged(int group) {
    Book book = books.get(group);
    synchronized (book) {
      return book.newestAcknowledged;
    }
  }

  List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  void contradiction(String what) {
    if (contradictions.size() < CONTRADICTIONS_MAX) {
      contradictions.add(what);
    }
  }

  /** Returns what the client knows after it. What it was told before may come again. */
  Known delivered(int client, int group, DeliveryFrame frame) {
    Book book = books.get(group);
    synchronized (book) {
      Known before = book.known.get(client);
      String where = "client " + client + ", group " + group + ", sequence " + frame.getSequence();
      if (frame.getSequence() > before.sequence + 1) {
        contradiction(where + ": a hole, the newest was " + before.sequence);
        return before;
      }
      if (frame.getSequence() > book.chains.size()) {
        append(book, frame, where);
      }
      if (!book.chain(frame.getSequence()).equals(frame.getChain())) {
        contradiction(where + ": others were told something else");
      }
      if (frame.getSequence() <= before.sequence) {
        return before;
      }
      boolean opens = frame.getKind() == Kind.COMMIT;
      Known after =
          new Known(
              frame.getSequence(),
              opens ? frame.getEpoch() + 1 : before.epoch,
              opens || frame.getSequence() == 1 ? frame.getSequence() : before.epochSequence);
      book.known.set(client, after);
      return after;
    }
  }

  private void append(Book book, DeliveryFrame frame, String where) {
    byte[] chain =
        StreamChain.next(
            book.chain(frame.getSequence() - 1).toByteArray(),
            plan.groupId(book.group).toByteArray(),
            frame.getSequence(),
            frame.getEpoch(),
            frame.getPayload().toByteArray());
    if (!frame.getChain().equals(ByteString.copyFrom(chain))) {
      contradiction(where + ": the chain is broken");
    }
    book.chains.add(frame.getChain());
    if (frame.getKind() == Kind.CREATED) {
      book.items.add(null);
      return;
    }
    Plan.Item item;
    try {
      item = plan.read(frame.getPayload());
    } catch (RuntimeException e) {
      contradiction(where + ": " + e.getMessage());
      book.items.add(null);
      return;
    }
    book.items.add(item);
    if (item.number() != ++book.newestNumber[item.client()]) {
      contradiction(
          where + ": " + item + " when number " + book.newestNumber[item.client()] + " was due");
      book.newestNumber[item.client()] = item.number();
    }
    if (item.group() != book.group || item.commit() != (frame.getKind() == Kind.COMMIT)) {
      contradiction(where + ": " + item + " as a " + frame.getKind());
    }
    if (item.commit() && frame.getEpoch() != book.epoch++) {
      contradiction(where + ": a second Commit in epoch " + frame.getEpoch());
      book.epoch = frame.getEpoch() + 1;
    }
    Long told = book.acknowledged.get(item);
    if (told != null && told != frame.getSequence()) {
      contradiction(where + ": " + item + " was acknowledged as " + told);
    }
  }

  void acknowledged(Plan.Item item, Sequenced answer) {
    Book book = books.get(item.group());
    synchronized (book) {
      long sequence = answer.getSequence();
      Long before = book.acknowledged.put(item, sequence);
      if (before != null && before != sequence) {
        contradiction(item + " was acknowledged as " + before + " and as " + sequence);
      }
      if (sequence <= book.items.size() && !item.equals(book.items.get((int) sequence - 1))) {
        contradiction(
            item
                + " was acknowledged as "
                + sequence
                + ", which is "
                + book.items.get((int) sequence - 1));
      }
      book.newestAcknowledged = Math.max(book.newestAcknowledged, sequence);
    }
  }

  /** Every client was told all that was acknowledged, up to these sequence numbers. */
  boolean everybodyHas(List<Long> sequences) {
    for (Book book : books) {
      synchronized (book) {
        for (Known one : book.known) {
          if (one.sequence < sequences.get(book.group)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
