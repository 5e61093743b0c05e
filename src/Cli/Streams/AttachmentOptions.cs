using Wharf.Cli.Containers;
using Wharf.Cli.Terminals;

namespace Wharf.Cli.Streams;

/// <summary>Which streams are joined, and how.</summary>
/// <param name="Tty">One raw stream of a terminal; else frames of two.</param>
/// <param name="Keys">The keys that detach; null: none do.</param>
internal sealed record AttachmentOptions(bool Tty, bool Input, bool Output, bool Error, DetachKeys? Keys)
{
    /// <exception cref="CommandLine.CommandException">The keys are no keys.</exception>
    internal static AttachmentOptions Of(bool tty, AttachedStreams streams, string detachKeys) =>
        new(tty, streams.Input, streams.Output, streams.Error, tty ? DetachKeys.Parse(detachKeys) : null);
}
