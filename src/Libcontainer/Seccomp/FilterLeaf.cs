namespace Wharf.Libcontainer.Seccomp;

/// <summary>What happens to calls from a number on: one action, or tests of the arguments.</summary>
internal readonly record struct FilterLeaf(uint Start, uint Action, ulong[]? Tests)
{
    internal bool DoesTheSame(FilterLeaf other) =>
        Tests is null || other.Tests is null ? Tests is null && other.Tests is null && Action == other.Action : Tests.AsSpan().SequenceEqual(other.Tests);

    /// <summary>The place where it begins.</summary>
    internal int PrependTo(FilterCode code)
    {
        if (Tests is null)
        {
            return code.Return(Action);
        }

        for (int index = Tests.Length - 1; index >= 0; index--)
        {
            code.Prepend(Tests[index]);
        }

        return code.Place;
    }
}
