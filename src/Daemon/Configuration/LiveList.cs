using System.Collections;

namespace Wharf.Daemon.Configuration;

/// <summary>A list that a reload replaces as a whole: who goes through it meanwhile goes through the old one.</summary>
internal sealed class LiveList(IReadOnlyList<string> first) : IReadOnlyList<string>
{
    private volatile IReadOnlyList<string> current = first;

    public int Count => current.Count;

    public string this[int index] => current[index];

    public IEnumerator<string> GetEnumerator() => current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => current.GetEnumerator();

    internal void Replace(IReadOnlyList<string> next) => current = next;
}
