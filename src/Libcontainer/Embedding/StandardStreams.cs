namespace Wharf.Libcontainer.Embedding;

/// <summary>What a program in a container has as its standard input, output and error.</summary>
public enum StandardStreams
{
    /// <summary>The caller's own.</summary>
    Inherited,

    /// <summary>/dev/null.</summary>
    None,

    /// <summary>Pipes, of which the caller has the other ends: <see cref="ContainerProcess.Input"/>, <see cref="ContainerProcess.Output"/>, <see cref="ContainerProcess.Error"/>.</summary>
    Piped,
}
