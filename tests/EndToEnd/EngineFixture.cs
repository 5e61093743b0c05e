using Wharf.Harness;

namespace Wharf.EndToEnd;

/// <summary>One engine for the tests of a class.</summary>
public sealed class EngineFixture : IDisposable
{
    public Engine Engine { get; } = new();

    public void Dispose() => Engine.Dispose();
}
