using System.Collections.Concurrent;

namespace Wharf.Containerd.Streams;

/// <summary>Streams that wait for the call that names them.</summary>
internal sealed class StreamTable
{
    private readonly ConcurrentDictionary<(string Namespace, string Id), NamedStream> streams = [];

    public void Add(string scope, string id, NamedStream stream)
    {
        if (id.Length == 0 || !streams.TryAdd((scope, id), stream))
        {
            throw id.Length == 0 ? ContainerdException.Invalid("stream: name must not be empty") : ContainerdException.AlreadyExists($"stream \"{id}\"");
        }
    }

    public NamedStream Get(string scope, string id) =>
        streams.TryGetValue((scope, id), out NamedStream? stream) ? stream : throw ContainerdException.NotFound($"stream \"{id}\"");

    public void Remove(string scope, string id) => streams.TryRemove((scope, id), out _);
}
