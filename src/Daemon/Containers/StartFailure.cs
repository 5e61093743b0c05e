using Grpc.Core;

namespace Wharf.Daemon.Containers;

/// <summary>A process that could not be started, as docker tells it: clients read the exit code from the words.</summary>
internal static class StartFailure
{
    private const int NotFound = 127;
    private const int NotExecutable = 126;
    private const int Other = 128;

    internal static int Code(string message) =>
        Has(message, "executable file not found") || Has(message, "no such file or directory") || Has(message, "system cannot find the file specified") ? NotFound
        : Has(message, "permission denied") || Has(message, "not a directory") || Has(message, "is a directory") ? NotExecutable
        : Other;

    /// <summary>The exit code of an exec that came to nothing: docker has no third one there.</summary>
    internal static int ExecCode(string message) => Code(message) is NotFound ? NotFound : NotExecutable;

    internal static EngineException Describe(Exception error) => error switch
    {
        EngineException known => known,
        RpcException { StatusCode: StatusCode.Unavailable } away => new EngineException(EngineErrorKind.Unavailable, "containerd does not answer: " + away.Status.Detail, away),
        RpcException rpc => new EngineException(
            Code(rpc.Status.Detail) == Other ? EngineErrorKind.System : EngineErrorKind.InvalidParameter,
            "failed to create task for container: " + rpc.Status.Detail + (rpc.StatusCode == StatusCode.Unknown && !rpc.Status.Detail.EndsWith(": unknown", StringComparison.Ordinal) ? ": unknown" : ""),
            rpc),
        _ => new EngineException(EngineErrorKind.System, "failed to start container: " + error.Message, error),
    };

    private static bool Has(string message, string words) => message.Contains(words, StringComparison.Ordinal);
}
