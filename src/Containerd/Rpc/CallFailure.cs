using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Rpc;

/// <summary>Turns every failure of a call into its gRPC status: the one place where kinds become codes.</summary>
internal static class CallFailure
{
    public static Status StatusOf(Exception error, GrpcCall call, ILogger log)
    {
        switch (error)
        {
            case RpcException { Status: var status }:
                return status;
            case ContainerdException own:
                return new Status(Code(own.Kind), own.Message);
            case TtrpcException shim:
                return new Status((StatusCode)(int)shim.Status, shim.Message);
            case OperationCanceledException or IOException when call.Late:
                return new Status(StatusCode.DeadlineExceeded, "context deadline exceeded");
            case OperationCanceledException:
                return new Status(StatusCode.Cancelled, "context canceled");
            case IOException when call.CancellationToken.IsCancellationRequested:
                return new Status(StatusCode.Cancelled, "context canceled");
            case IOException or UnauthorizedAccessException or SqliteException or InvalidDataException:
                Failures.CallFailed(log, call.Method, error.Message);
                return new Status(StatusCode.Unknown, error.Message);
            default:
                // A defect of the daemon: the client gets its words, the log the place.
                Failures.CallFailed(log, call.Method, error.ToString());
                return new Status(StatusCode.Unknown, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private static StatusCode Code(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.Unavailable => StatusCode.Unavailable,
        ErrorKind.OutOfRange => StatusCode.OutOfRange,
        ErrorKind.Unimplemented => StatusCode.Unimplemented,
        _ => StatusCode.Unknown,
    };
}
