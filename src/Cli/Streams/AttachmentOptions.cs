using Wharf.Cli.Terminals;

namespace Wharf.Cli.Streams;

/// <summary>Which streams are joined, and how.</summary>
/// <param name="Tty">One raw stream of a terminal; else frames of two.</param>
/// <param name="Keys">The keys that detach; null: none do.</param>
internal sealed record AttachmentOptions(bool Tty, bool Input, bool Output, bool Error, DetachKeys? Keys);
