using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wharf.Linux;

namespace Wharf.Containerd.Metadata;

/// <summary>
/// Every record that this daemon has, in one SQLite file in WAL mode: a change is durable when its transaction returns. Records are
/// protobuf messages by namespace, kind and key. One connection writes, one reads: readers never wait for a disk.
/// </summary>
internal sealed class MetadataStore : IDisposable
{
    private readonly Lock readLock = new();
    private readonly Lock writeLock = new();
    private readonly string path;
    private readonly SpaceReserve reserve;
    private readonly SqliteConnection reader;
    private readonly SqliteConnection writer;
    private readonly RecordQueries reads;
    private readonly RecordQueries writes;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteCommand rollback;

    public MetadataStore(string path)
    {
        this.path = path;
        reserve = new SpaceReserve(path + ".reserve");
        reserve.Take();
        try
        {
            writer = Connect(path);
            Execute(writer, "PRAGMA journal_mode=WAL");
            Execute(writer, "PRAGMA synchronous=FULL");
            Execute(writer, "CREATE TABLE IF NOT EXISTS records (namespace TEXT NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (namespace, kind, key)) WITHOUT ROWID");
            reader = Connect(path);
            reads = new RecordQueries(reader);
            writes = new RecordQueries(writer);
            begin = Prepared("BEGIN IMMEDIATE");
            commit = Prepared("COMMIT");
            rollback = Prepared("ROLLBACK");
        }
        catch (SqliteException error)
        {
            reader?.Dispose();
            writer?.Dispose();
            throw Failure("open", error);
        }
    }

    /// <summary>How many transactions have changed something since the start.</summary>
    public long Changes { get; private set; }

    /// <summary>Reads a state that no transaction is in the middle of.</summary>
    public T Read<T>(Func<RecordQueries, T> query)
    {
        lock (readLock)
        {
            return query(reads);
        }
    }

    /// <summary>One durable change, whole or not at all; one at a time, so what it reads stays true until it ends.</summary>
    public T Change<T>(Func<RecordQueries, T> change)
    {
        lock (writeLock)
        {
            try
            {
                begin.ExecuteNonQuery();
                T result = change(writes);
                Failpoint.Pass("containerd.metadata.commit");
                commit.ExecuteNonQuery();
                Failpoint.Pass("containerd.metadata.committed");
                Changes++;
                return result;
            }
            catch (SqliteException error)
            {
                RollBack();
                throw Failure("write", error);
            }
            catch
            {
                RollBack();
                throw;
            }
        }
    }

    /// <summary>A change that takes something away: it succeeds on a full disk too.</summary>
    public T Remove<T>(Func<RecordQueries, T> change)
    {
        lock (writeLock)
        {
            T result;
            try
            {
                result = Change(change);
            }
            catch (IOException error) when (error.InnerException is SqliteException { SqliteErrorCode: raw.SQLITE_FULL } && reserve.TryRelease())
            {
                result = Change(change);
            }

            return result;
        }
    }

    public void Remove(Action<RecordQueries> change) => Remove(queries =>
    {
        change(queries);
        return 0;
    });

    /// <summary>Keeps room for the next removal, after one has made some.</summary>
    public void Reserve() => reserve.Take();

    public void Change(Action<RecordQueries> change) => Change(queries =>
    {
        change(queries);
        return 0;
    });

    public void Dispose()
    {
        begin.Dispose();
        commit.Dispose();
        rollback.Dispose();
        reads.Dispose();
        writes.Dispose();
        reader.Dispose();
        writer.Dispose();
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLite itself has ended the transaction after some of its errors, and a second end would be one more.</summary>
    private void RollBack()
    {
        if (raw.sqlite3_get_autocommit(writer.Handle) == 0)
        {
            rollback.ExecuteNonQuery();
        }
    }

    private IOException Failure(string step, SqliteException error) =>
        new($"{step} metadata \"{path}\": {(error.SqliteErrorCode == raw.SQLITE_FULL ? ErrnoText.Of(Errno.ENOSPC) : error.Message)}", error);

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepared(string text)
    {
        SqliteCommand command = writer.CreateCommand();
        command.CommandText = text;
        command.Prepare();
        return command;
    }
}
