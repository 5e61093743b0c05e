using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Containers;

/// <summary>Which of a container's streams a run is joined to.</summary>
internal sealed record AttachedStreams(bool Input, bool Output, bool Error)
{
    internal bool Any => Input || Output || Error;

    internal static AttachedStreams Of(FlagValues flags, bool detached)
    {
        IReadOnlyList<string> asked = flags.All("attach");
        foreach (string name in asked)
        {
            if (name.ToLowerInvariant() is not ("stdin" or "stdout" or "stderr"))
            {
                throw new UsageException($"invalid argument \"{name}\" for \"-a, --attach\" flag: valid streams are STDIN, STDOUT and STDERR");
            }
        }

        return detached ? new AttachedStreams(false, false, false)
            : asked.Count == 0 ? new AttachedStreams(flags.Is("interactive"), true, true)
            : new AttachedStreams(Has(asked, "stdin"), Has(asked, "stdout"), Has(asked, "stderr"));
    }

    private static bool Has(IReadOnlyList<string> asked, string name) => asked.Any(given => given.Equals(name, StringComparison.OrdinalIgnoreCase));
}
