namespace Wharf.Cli.Traces;

/// <summary>A time in which one part of the chain worked.</summary>
/// <param name="Hop">client, api, store, network, shim, runtime or kernel.</param>
/// <param name="What">What it did.</param>
/// <param name="Begin">From the start of this program.</param>
/// <param name="Took">How long.</param>
internal sealed record Span(string Hop, string What, TimeSpan Begin, TimeSpan Took)
{
    internal TimeSpan End => Begin + Took;
}
