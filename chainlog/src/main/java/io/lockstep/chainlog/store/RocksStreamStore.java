package io.lockstep.chainlog.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a RocksDB directory. One column family, so that a batch over several kinds of facts is
 * one atomic write. There is no write-ahead log, since the chained log is one: after a crash the
 * newest batches are gone, at most what fits into the write buffers, and are folded again from the
 * log.
 */
public final class RocksStreamStore implements StreamStore {
  private static final long BLOCK_CACHE_BYTES = 16L << 20;
  private static final long WRITE_BUFFER_BYTES = 16L << 20;
  private static final int OPEN_FILES_MAX = 512;
  private static final long BLOB_BYTES_MIN = 256;
  private static final double FILTER_BITS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(RocksStreamStore.class);

  // RocksDB crashes the process when it is used after close; readers come from threads that do not
  // know of the close.
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
  private final LRUCache cache;
  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB db;
  private boolean closed;

  private RocksStreamStore(LRUCache cache, Options options, RocksDB db) {
    this.cache = cache;
    this.options = options;
    this.writeOptions = new WriteOptions().setDisableWAL(true);
    this.db = db;
  }

  /** Opens the store, or makes it. A directory can be open once. */
  public static RocksStreamStore open(Path dir) {
    RocksDB.loadLibrary();
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException("the store's directory cannot be made: " + dir, e);
    }
    LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES);
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxWriteBufferNumber(2)
            .setMaxOpenFiles(OPEN_FILES_MAX)
            .setKeepLogFileNum(2)
            // Payloads are ciphertext, ids and hashes random: there is nothing to compress.
            .setCompressionType(CompressionType.NO_COMPRESSION)
            // Entries are written once: compaction moves where they are and not them.
            .setEnableBlobFiles(true)
            .setMinBlobSize(BLOB_BYTES_MIN)
            .setEnableBlobGarbageCollection(true)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(new BloomFilter(FILTER_BITS)));
    try {
      return new RocksStreamStore(cache, options, RocksDB.open(options, dir.toString()));
    } catch (RocksDBException e) {
      options.close();
      cache.close();
      throw new StoreFailure("the store cannot be opened: " + dir, e);
    }
  }

  @Override
  public Optional<ChainPosition> position(int partition) {
    return get(StoreKeys.position(partition)).map(RocksStreamStore::decodePosition);
  }

  @Override
  public Optional<StoredState> state(int partition, String key, int part) {
    return get(StoreKeys.state(partition, key, part))
        .map(value -> new StoredState(offset(value), rest(value)));
  }

  @Override
  public SortedMap<Integer, StoredState> sealed(int partition, String key) {
    return whileOpen(
        () -> {
          // The bound is exclusive, and no stream has the last part.
          byte[] end = StoreKeys.state(partition, key, StateCodec.PART_MAX);
          SortedMap<Integer, StoredState> found = new TreeMap<>();
          try (Slice upper = new Slice(end);
              ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
              RocksIterator it = db.newIterator(bounded)) {
            for (it.seek(StoreKeys.state(partition, key, StateCodec.HEAD + 1));
                it.isValid();
                it.next()) {
              byte[] value = it.value();
              found.put(StoreKeys.part(it.key()), new StoredState(offset(value), rest(value)));
            }
            it.status();
            return found;
          }
        });
  }

  @Override
  public HistoryPage<ByteString> history(Range range) {
    return whileOpen(
        () -> {
          // Read first, so that it never claims more than the page shows.
          long foldedTo = position(range.partition()).map(ChainPosition::logOffset).orElse(-1L);
          byte[] first = StoreKeys.history(range.partition(), range.key(), 0);
          byte[] end = StoreKeys.history(range.partition(), range.key(), Long.MAX_VALUE);
          try (Slice upper = new Slice(end);
              ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
              RocksIterator it = db.newIterator(bounded)) {
            it.seek(first);
            long firstAvailable = firstFrom(it, range);
            List<HistoryPage.Item<ByteString>> items = List.of();
            if (firstAvailable > 0) {
              long from = Math.max(firstAvailable, range.afterSequence() + 1);
              it.seek(StoreKeys.history(range.partition(), range.key(), from));
              items = page(it, range);
            }
            it.status();
            return new HistoryPage<>(items, firstAvailable, foldedTo);
          }
        });
  }

  /**
   * Sequence number of the first entry whose log offset is high enough; 0 when there is none. Both
   * numbers rise together.
   *
   * @param it at the history's first entry
   */
  private static long firstFrom(RocksIterator it, Range range) {
    if (!it.isValid()) {
      return 0;
    }
    long low = StoreKeys.sequence(it.key());
    if (offset(it.value()) >= range.logBegin()) {
      return low;
    }
    it.seekToLast();
    long high = StoreKeys.sequence(it.key());
    if (offset(it.value()) < range.logBegin()) {
      return 0;
    }
    // Everything up to low is too old, and nothing between bound and high is there.
    for (long bound = high; bound - low > 1; ) {
      long middle = low + (bound - low) / 2;
      it.seek(StoreKeys.history(range.partition(), range.key(), middle));
      if (offset(it.value()) >= range.logBegin()) {
        high = StoreKeys.sequence(it.key());
        bound = middle;
      } else {
        low = StoreKeys.sequence(it.key());
      }
    }
    return high;
  }

  @Override
  public Optional<String> trim(
      int partition, long logBegin, Optional<String> after, int streamsMax) {
    return whileOpen(
        () -> {
          byte[] end = StoreKeys.endOfHistories(partition);
          byte[] begin =
              after
                  .map(key -> StoreKeys.history(partition, key, Long.MAX_VALUE))
                  .orElse(StoreKeys.firstHistory(partition));
          try (Slice upper = new Slice(end);
              ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
              RocksIterator it = db.newIterator(bounded)) {
            it.seek(begin);
            for (int streams = 0; it.isValid(); streams++) {
              if (streams == streamsMax) {
                // The stream before this one is the last that is done.
                it.prev();
                return Optional.of(StoreKeys.text(it.key()));
              }
              String key = StoreKeys.text(it.key());
              trim(it, partition, key, logBegin);
              it.seek(StoreKeys.history(partition, key, Long.MAX_VALUE));
            }
            it.status();
            return Optional.empty();
          }
        });
  }

  /**
   * @param it at the stream's first entry
   */
  private void trim(RocksIterator it, int partition, String key, long logBegin)
      throws RocksDBException {
    byte[] first = it.key();
    byte[] last = StoreKeys.history(partition, key, Long.MAX_VALUE);
    byte[] kept = first;
    boolean any = false;
    while (it.isValid()
        && Arrays.compareUnsigned(it.key(), last) < 0
        && offset(it.value()) < logBegin) {
      it.next();
      any = true;
      kept = it.isValid() ? it.key() : last;
    }
    if (any) {
      db.deleteRange(writeOptions, first, Arrays.compareUnsigned(kept, last) < 0 ? kept : last);
    }
  }

  private static List<HistoryPage.Item<ByteString>> page(RocksIterator it, Range range) {
    List<HistoryPage.Item<ByteString>> items = new ArrayList<>();
    long bytes = 0;
    for (; it.isValid(); it.next()) {
      byte[] value = it.value();
      bytes += value.length - Long.BYTES;
      if (!items.isEmpty() && (items.size() >= range.maxEntries() || bytes > range.maxBytes())) {
        break;
      }
      items.add(new HistoryPage.Item<>(StoreKeys.sequence(it.key()), offset(value), rest(value)));
    }
    return items;
  }

  @Override
  public OptionalLong deletedAt(int partition, String key, int part) {
    Optional<byte[]> mark = get(StoreKeys.deleted(partition, key, part));
    return mark.isPresent() ? OptionalLong.of(offset(mark.get())) : OptionalLong.empty();
  }

  @Override
  public TouchedPage touched(int partition, long afterOffset, Optional<Place> from, int partsMax) {
    return whileOpen(
        () -> {
          List<Touched> parts = new ArrayList<>();
          try (Slice upper = new Slice(StoreKeys.end(partition));
              ReadOptions bounded =
                  new ReadOptions().setIterateUpperBound(upper).setFillCache(false);
              RocksIterator it = db.newIterator(bounded)) {
            it.seek(from.map(p -> p.key().toByteArray()).orElse(StoreKeys.firstState(partition)));
            for (int read = 0; it.isValid(); read++) {
              byte[] key = it.key();
              if (StoreKeys.isHistory(key)) {
                it.seek(StoreKeys.firstDeleted(partition));
                continue;
              }
              if (read >= partsMax) {
                Place next = new Place(ByteString.copyFrom(key));
                return new TouchedPage(parts, Optional.of(next));
              }
              if (offset(it.value()) > afterOffset) {
                parts.add(new Touched(StoreKeys.text(key), StoreKeys.part(key)));
              }
              it.next();
            }
            it.status();
            return new TouchedPage(parts, Optional.empty());
          }
        });
  }

  @Override
  public void forgetDeletions(int partition, long logOffset) {
    whileOpen(
        () -> {
          try (Slice upper = new Slice(StoreKeys.end(partition));
              ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
              RocksIterator it = db.newIterator(bounded)) {
            for (it.seek(StoreKeys.firstDeleted(partition)); it.isValid(); it.next()) {
              if (offset(it.value()) <= logOffset) {
                db.delete(writeOptions, it.key());
              }
            }
            it.status();
            return null;
          }
        });
  }

  @Override
  public void write(int partition, Batch batch) {
    whileOpen(
        () -> {
          try (WriteBatch writes = new WriteBatch()) {
            for (Change change : batch.changes()) {
              add(writes, partition, change);
            }
            if (batch.position().isPresent()) {
              writes.put(StoreKeys.position(partition), encode(batch.position().get()));
            }
            db.write(writeOptions, writes);
            return null;
          }
        });
  }

  private static void add(WriteBatch writes, int partition, Change change) throws RocksDBException {
    switch (change) {
      case PutState put ->
          writes.put(
              StoreKeys.state(partition, put.key(), put.part()),
              value(put.state().logOffset(), put.state().bytes()));
      case DeleteState delete -> {
        writes.delete(StoreKeys.state(partition, delete.key(), delete.part()));
        writes.put(
            StoreKeys.deleted(partition, delete.key(), delete.part()),
            value(delete.logOffset(), ByteString.EMPTY));
      }
      case PutHistory put ->
          writes.put(
              StoreKeys.history(partition, put.key(), put.sequence()),
              value(put.logOffset(), put.entry()));
    }
  }

  @Override
  public void drop(int partition) {
    whileOpen(
        () -> {
          db.deleteRange(writeOptions, StoreKeys.position(partition), StoreKeys.end(partition));
          return null;
        });
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        flushed();
        db.close();
        writeOptions.close();
        options.close();
        cache.close();
      }
    } finally {
      open.writeLock().unlock();
    }
  }

  private void flushed() {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      db.flush(wait);
    } catch (RocksDBException e) {
      LOG.warn("the store was not flushed: what is missing is folded again", e);
    }
  }

  private Optional<byte[]> get(byte[] key) {
    return whileOpen(() -> Optional.ofNullable(db.get(key)));
  }

  private interface RocksCall<T> {
    T call() throws RocksDBException;
  }

  private <T> T whileOpen(RocksCall<T> call) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new StoreFailure("the store is closed", null);
      }
      return call.call();
    } catch (RocksDBException e) {
      throw new StoreFailure("the store failed: " + e.getMessage(), e);
    } finally {
      open.readLock().unlock();
    }
  }

  private static byte[] value(long logOffset, ByteString bytes) {
    byte[] value = new byte[Long.BYTES + bytes.size()];
    ByteBuffer.wrap(value).putLong(logOffset);
    bytes.copyTo(value, Long.BYTES);
    return value;
  }

  private static long offset(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  private static ByteString rest(byte[] value) {
    return UnsafeByteOperations.unsafeWrap(value, Long.BYTES, value.length - Long.BYTES);
  }

  private static byte[] encode(ChainPosition position) {
    return ByteBuffer.allocate(2 * Long.BYTES + ChainHead.BYTES + Integer.BYTES)
        .putLong(position.logOffset())
        .putLong(position.source())
        .put(position.head().toBytes())
        .putInt(position.foldVersion())
        .array();
  }

  private static ChainPosition decodePosition(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    long logOffset = in.getLong();
    long source = in.getLong();
    byte[] head = new byte[ChainHead.BYTES];
    in.get(head);
    return new ChainPosition(logOffset, ChainHead.of(head), source, in.getInt());
  }
}
