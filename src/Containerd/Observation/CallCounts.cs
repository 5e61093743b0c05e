using System.Collections.Concurrent;
using Grpc.Core;

namespace Wharf.Containerd.Observation;

/// <summary>How many calls of each method began and ended, and how.</summary>
internal sealed class CallCounts(bool timed = false)
{
    private readonly ConcurrentDictionary<string, Durations> took = [];
    private readonly ConcurrentDictionary<string, Counter> started = [];
    private readonly ConcurrentDictionary<(string Method, StatusCode Code), Counter> handled = [];

    public IEnumerable<(string Method, long Count)> Started => started.Select(one => (one.Key, one.Value.Value)).OrderBy(one => one.Key, StringComparer.Ordinal);

    public IEnumerable<(string Method, StatusCode Code, long Count)> Handled =>
        handled.Select(one => (one.Key.Method, one.Key.Code, one.Value.Value)).OrderBy(one => one.Method, StringComparer.Ordinal).ThenBy(one => one.Code);

    /// <summary>How long calls of each method took; nothing unless that was asked for.</summary>
    public IEnumerable<(string Method, Durations Took)> Took => took.Select(one => (one.Key, one.Value)).OrderBy(one => one.Key, StringComparer.Ordinal);

    public void Start(string method) => started.GetOrAdd(method, _ => new Counter()).Add();

    public void End(string method, StatusCode code, TimeSpan duration)
    {
        handled.GetOrAdd((method, code), _ => new Counter()).Add();
        if (timed)
        {
            took.GetOrAdd(method, _ => new Durations()).Add(duration);
        }
    }

    private sealed class Counter
    {
        private long value;

        public long Value => Interlocked.Read(ref value);

        public void Add() => Interlocked.Increment(ref value);
    }
}
