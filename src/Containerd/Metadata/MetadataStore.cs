using Microsoft.Data.Sqlite;

namespace Wharf.Containerd.Metadata;

/// <summary>
/// Every record that this daemon has, in one SQLite file in WAL mode: a change is durable when its transaction returns. Records are
/// protobuf messages by namespace, kind and key. One connection writes, one reads: readers never wait for a disk.
/// </summary>
internal sealed class MetadataStore : IDisposable
{
    private readonly Lock readLock = new();
    private readonly Lock writeLock = new();
    private readonly SqliteConnection reader;
    private readonly SqliteConnection writer;
    private readonly RecordQueries reads;
    private readonly RecordQueries writes;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteCommand rollback;

    public MetadataStore(string path)
    {
        writer = Open(path);
        Execute(writer, "PRAGMA journal_mode=WAL");
        Execute(writer, "PRAGMA synchronous=FULL");
        Execute(writer, "CREATE TABLE IF NOT EXISTS records (namespace TEXT NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (namespace, kind, key)) WITHOUT ROWID");
        reader = Open(path);
        reads = new RecordQueries(reader);
        writes = new RecordQueries(writer);
        begin = Prepared("BEGIN IMMEDIATE");
        commit = Prepared("COMMIT");
        rollback = Prepared("ROLLBACK");
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
            begin.ExecuteNonQuery();
            T result;
            try
            {
                result = change(writes);
                commit.ExecuteNonQuery();
            }
            catch
            {
                rollback.ExecuteNonQuery();
                throw;
            }

            Changes++;
            return result;
        }
    }

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

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw new IOException($"open metadata \"{path}\": {error.Message}", error);
        }

        return connection;
    }

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
