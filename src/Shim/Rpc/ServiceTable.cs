using Wharf.Linux;
using Wharf.Shim.Sandboxes;
using Wharf.Shim.Tasks;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Rpc;

/// <summary>The services of the shim by their names, and what a failed call answers.</summary>
internal sealed class ServiceTable(TaskService tasks, SandboxService sandboxes, ShimLog log)
{
    internal async LoopTask CallAsync(PendingCall call)
    {
        Failpoint.Pass("shim.call." + call.Request.Method);
        try
        {
            switch (call.Request.Service)
            {
                case "containerd.task.v2.Task" or "containerd.task.v3.Task":
                    await tasks.CallAsync(call);
                    break;
                case "containerd.runtime.sandbox.v1.Sandbox":
                    await sandboxes.CallAsync(call);
                    break;
                default:
                    call.Fail(TtrpcStatus.Unimplemented, $"service {call.Request.Service}");
                    break;
            }
        }
        catch (ShimException error)
        {
            call.Fail(error.Status, error.Message);
        }
        catch (TtrpcException error)
        {
            call.Fail(error.Status, error.Message);
        }
        catch (Exception error) when (error is SyscallException or IOException or UnauthorizedAccessException or FormatException)
        {
            call.Fail(TtrpcStatus.Unknown, error.Message);
        }
        catch (Exception error)
        {
            // A mistake of this program: one call's, and no other's.
            log.Warning($"{call.Request.Method}: {error}");
            call.Fail(TtrpcStatus.Internal, error.Message);
        }
    }
}
