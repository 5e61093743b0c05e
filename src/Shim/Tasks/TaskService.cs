using Wharf.Linux;
using Wharf.Shim.Cgroups;
using Wharf.Shim.Io;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>containerd.task.v2.Task and its v3 name: 17 calls.</summary>
internal sealed class TaskService(TaskTable tasks, Action<PendingCall> shutdown)
{
    private const string ProcessDetails = "containerd.runc.v1.ProcessDetails";

    internal async LoopTask CallAsync(PendingCall call)
    {
        switch (call.Request.Method)
        {
            case "Wait":
                var wait = TaskRequest.Decode(call.Request.Payload);
                tasks.Find(wait.Id).Find(wait.ExecId).AnswerAtExit(call);
                break;
            case "Shutdown" when tasks.Empty:
                shutdown(call);
                break;
            default:
                call.Answer(await AnswerAsync(call));
                break;
        }
    }

    private async LoopTask<ProtoWriter> AnswerAsync(PendingCall call)
    {
        byte[] payload = call.Request.Payload;
        switch (call.Request.Method)
        {
            case "Create":
                return new ProtoWriter().Number(1, (ulong)await tasks.CreateAsync(CreateRequest.Decode(payload), call));
            case "Exec":
                return Exec(payload);
            case "ResizePty":
                return Resize(payload);
            case "Kill":
                return await KillAsync(payload, call);
            case "CloseIO":
                return CloseInput(payload);
            case "Update":
                return await UpdateAsync(payload, call);
            case "Checkpoint":
                return await CheckpointAsync(payload, call);
            case "Shutdown":
                // Of a pod that has other containers.
                return new ProtoWriter();
        }

        var asked = TaskRequest.Decode(payload);
        switch (call.Request.Method)
        {
            case "State":
                return State(tasks.Find(asked.Id), asked.ExecId);
            case "Start":
                return new ProtoWriter().Number(1, (ulong)await tasks.Find(asked.Id).StartAsync(asked.ExecId, call));
            case "Delete":
                ContainerProcess deleted = await tasks.DeleteAsync(asked.Id, asked.ExecId, call);
                return new ProtoWriter().Number(1, (ulong)deleted.Pid).Number(2, (ulong)(deleted.ExitCode ?? 0)).Time(3, deleted.ExitedAt);
            case "Pids":
                return Pids(await tasks.Find(asked.Id).PidsAsync(call));
            case "Pause":
                await tasks.Find(asked.Id).PauseAsync(call);
                return new ProtoWriter();
            case "Resume":
                await tasks.Find(asked.Id).ResumeAsync(call);
                return new ProtoWriter();
            case "Stats":
                return Stats(tasks.Find(asked.Id));
            case "Connect":
                return new ProtoWriter().Number(1, (ulong)CurrentProcess.Id).Number(2, (ulong)(tasks.TryFind(asked.Id)?.Init.Pid ?? 0));
            default:
                throw new ShimException($"method {call.Request.Method}", TtrpcStatus.Unimplemented);
        }
    }

    private async LoopTask<ProtoWriter> CheckpointAsync(byte[] payload, PendingCall call)
    {
        string id = "", path = "";
        byte[] options = [];
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: path = reader.Text; break;
                case 3: options = AnyMessage.Decode(reader.Bytes).Value; break;
            }
        }

        await tasks.Find(id).CheckpointAsync(CheckpointRequest.Decode(path, options), call);
        return new ProtoWriter();
    }

    private ProtoWriter Exec(byte[] payload)
    {
        string id = "", execId = "", input = "", output = "", error = "";
        bool terminal = false;
        byte[] document = [];
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: execId = reader.Text; break;
                case 3: terminal = reader.Flag; break;
                case 4: input = reader.Text; break;
                case 5: output = reader.Text; break;
                case 6: error = reader.Text; break;
                case 7: document = AnyMessage.Decode(reader.Bytes).Value; break;
            }
        }

        // The id becomes part of file names in the bundle.
        if (execId.Length == 0 || !execId.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            throw new ShimException($"exec id \"{execId}\" is invalid", TtrpcStatus.InvalidArgument);
        }

        tasks.Find(id).AddExec(execId, new IoPaths(input, output, error, terminal), document);
        return new ProtoWriter();
    }

    private ProtoWriter Resize(byte[] payload)
    {
        string id = "", execId = "";
        ushort width = 0, height = 0;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: execId = reader.Text; break;
                case 3: width = (ushort)Math.Min(reader.Number, ushort.MaxValue); break;
                case 4: height = (ushort)Math.Min(reader.Number, ushort.MaxValue); break;
            }
        }

        tasks.Find(id).Find(execId).Io?.Resize(height, width);
        return new ProtoWriter();
    }

    private async LoopTask<ProtoWriter> KillAsync(byte[] payload, PendingCall call)
    {
        string id = "", execId = "";
        uint signal = 0;
        bool all = false;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: execId = reader.Text; break;
                case 3: signal = (uint)reader.Number; break;
                case 4: all = reader.Flag; break;
            }
        }

        await tasks.Find(id).KillAsync(execId, signal, all, call);
        return new ProtoWriter();
    }

    private ProtoWriter CloseInput(byte[] payload)
    {
        string id = "", execId = "";
        bool input = false;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: execId = reader.Text; break;
                case 3: input = reader.Flag; break;
            }
        }

        ContainerProcess process = tasks.Find(id).Find(execId);
        if (input)
        {
            process.Io?.CloseInput();
        }

        return new ProtoWriter();
    }

    private async LoopTask<ProtoWriter> UpdateAsync(byte[] payload, PendingCall call)
    {
        string id = "";
        byte[] resources = [];
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: resources = AnyMessage.Decode(reader.Bytes).Value; break;
            }
        }

        await tasks.Find(id).UpdateAsync(resources, call);
        return new ProtoWriter();
    }

    private static ProtoWriter Stats(ContainerTask task)
    {
        ContainerCgroup cgroup = task.Cgroup ?? throw ShimException.NotFound("cgroup does not exist: not found");
        return cgroup.IsUnified
            ? new ProtoWriter().Any(1, MetricsV2.Type, MetricsV2.Read(cgroup))
            : new ProtoWriter().Any(1, MetricsV1.Type, MetricsV1.Read(cgroup));
    }

    private static ProtoWriter Pids(IReadOnlyList<(int Pid, string? ExecId)> processes)
    {
        var writer = new ProtoWriter();
        foreach ((int pid, string? execId) in processes)
        {
            var info = new ProtoWriter().Number(1, (ulong)pid);
            if (execId is not null)
            {
                info.Any(2, ProcessDetails, new ProtoWriter().Text(1, execId).ToArray());
            }

            writer.Message(1, info);
        }

        return writer;
    }

    private static ProtoWriter State(ContainerTask task, string execId)
    {
        ContainerProcess process = task.Find(execId);
        return new ProtoWriter()
            .Text(1, process.ExecId.Length == 0 ? task.Id : process.ExecId)
            .Text(2, task.Bundle)
            .Number(3, (ulong)process.Pid)
            .Number(4, task.StatusOf(process))
            .Text(5, process.Paths.Input)
            .Text(6, process.Paths.Output)
            .Text(7, process.Paths.Error)
            .Flag(8, process.Paths.Terminal)
            .Number(9, (ulong)(process.ExitCode ?? 0))
            .Time(10, process.ExitedAt)
            .Text(11, process.ExecId);
    }
}
