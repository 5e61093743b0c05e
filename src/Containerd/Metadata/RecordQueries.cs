using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Wharf.Containerd.Metadata;

/// <summary>The statements of one connection, prepared once. Only <see cref="MetadataStore"/> hands it out, under its lock.</summary>
internal sealed class RecordQueries : IDisposable
{
    private readonly SqliteCommand find;
    private readonly SqliteCommand list;
    private readonly SqliteCommand put;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand namespaces;
    private readonly SqliteCommand everywhere;

    public RecordQueries(SqliteConnection connection)
    {
        SqliteCommand Prepare(string text, params string[] names)
        {
            SqliteCommand command = connection.CreateCommand();
            command.CommandText = text;
            foreach (string name in names)
            {
                SqliteParameter parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.SqliteType = name == "$kind" ? SqliteType.Integer : name == "$value" ? SqliteType.Blob : SqliteType.Text;
                command.Parameters.Add(parameter);
            }

            command.Prepare();
            return command;
        }

        find = Prepare("SELECT value FROM records WHERE namespace = $namespace AND kind = $kind AND key = $key", "$namespace", "$kind", "$key");
        list = Prepare("SELECT key, value FROM records WHERE namespace = $namespace AND kind = $kind ORDER BY key", "$namespace", "$kind");
        put = Prepare("INSERT INTO records VALUES ($namespace, $kind, $key, $value) ON CONFLICT DO UPDATE SET value = $value", "$namespace", "$kind", "$key", "$value");
        delete = Prepare("DELETE FROM records WHERE namespace = $namespace AND kind = $kind AND key = $key", "$namespace", "$kind", "$key");
        namespaces = Prepare("SELECT DISTINCT namespace FROM records WHERE namespace <> ''");
        everywhere = Prepare("SELECT namespace, key, value FROM records WHERE kind = $kind", "$kind");
    }

    public byte[]? Find(string scope, RecordKind kind, string key)
    {
        Set(find, scope, kind, key);
        using SqliteDataReader row = find.ExecuteReader();
        return row.Read() ? row.GetFieldValue<byte[]>(0) : null;
    }

    public T? Find<T>(MessageParser<T> parser, string scope, RecordKind kind, string key)
        where T : class, IMessage<T> => Find(scope, kind, key) is { } value ? parser.ParseFrom(value) : null;

    public IReadOnlyList<(string Key, byte[] Value)> List(string scope, RecordKind kind)
    {
        list.Parameters[0].Value = scope;
        list.Parameters[1].Value = (long)kind;
        var found = new List<(string, byte[])>();
        using SqliteDataReader row = list.ExecuteReader();
        while (row.Read())
        {
            found.Add((row.GetString(0), row.GetFieldValue<byte[]>(1)));
        }

        return found;
    }

    public IReadOnlyList<T> List<T>(MessageParser<T> parser, string scope, RecordKind kind)
        where T : class, IMessage<T> => [.. List(scope, kind).Select(record => parser.ParseFrom(record.Value))];

    /// <summary>Records of a kind in every namespace.</summary>
    public IReadOnlyList<(string Namespace, string Key, byte[] Value)> ListEverywhere(RecordKind kind)
    {
        everywhere.Parameters[0].Value = (long)kind;
        var found = new List<(string, string, byte[])>();
        using SqliteDataReader row = everywhere.ExecuteReader();
        while (row.Read())
        {
            found.Add((row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        }

        return found;
    }

    public void Put(string scope, RecordKind kind, string key, byte[] value)
    {
        Set(put, scope, kind, key);
        put.Parameters[3].Value = value;
        put.ExecuteNonQuery();
    }

    public void Put(string scope, RecordKind kind, string key, IMessage value) => Put(scope, kind, key, value.ToByteArray());

    public bool Delete(string scope, RecordKind kind, string key)
    {
        Set(delete, scope, kind, key);
        return delete.ExecuteNonQuery() > 0;
    }

    /// <summary>Names that something was made under, or that were made themselves.</summary>
    public IReadOnlyList<string> Namespaces()
    {
        var found = new List<string>();
        using SqliteDataReader row = namespaces.ExecuteReader();
        while (row.Read())
        {
            found.Add(row.GetString(0));
        }

        return found;
    }

    public void Dispose()
    {
        find.Dispose();
        list.Dispose();
        put.Dispose();
        delete.Dispose();
        namespaces.Dispose();
        everywhere.Dispose();
    }

    private static void Set(SqliteCommand command, string scope, RecordKind kind, string key)
    {
        command.Parameters[0].Value = scope;
        command.Parameters[1].Value = (long)kind;
        command.Parameters[2].Value = key;
    }
}
