using Wharf.Linux;
using Wharf.Shim.Sandboxes;
using Wharf.Shim.Tasks;
using Wharf.Ttrpc;

namespace Wharf.Shim.Rpc;

/// <summary>The services of the shim by their names, and what a failed call answers.</summary>
internal sealed class ServiceTable(TaskService tasks, SandboxService sandboxes)
{
    internal void Call(PendingCall call)
    {
        try
        {
            switch (call.Request.Service)
            {
                case "containerd.task.v2.Task" or "containerd.task.v3.Task":
                    tasks.Call(call);
                    break;
                case "containerd.runtime.sandbox.v1.Sandbox":
                    sandboxes.Call(call);
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
    }
}
