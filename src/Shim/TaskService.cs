using Wharf.Linux;
using Wharf.Shim.Io;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>containerd.task.v2.Task and its v3 name: 17 calls.</summary>
internal sealed class TaskService(ContainerTask task, EventLoop loop)
{
    private const string ProcessDetails = "containerd.runc.v1.ProcessDetails";

    internal void Call(TtrpcRequest request, Action<TtrpcResponse> respond)
    {
        try
        {
            if (request.Service is not ("containerd.task.v2.Task" or "containerd.task.v3.Task"))
            {
                throw new ShimException($"service {request.Service}", TtrpcStatus.Unimplemented);
            }

            if (request.Method == "Wait")
            {
                var call = TaskRequest.Decode(request.Payload);
                ContainerProcess process = task.Find(call.ExecId);
                process.WhenExited(() => respond(Ok(new ProtoWriter().Number(1, (ulong)process.ExitCode!.Value).Time(2, process.ExitedAt))));
                return;
            }

            respond(Ok(Answer(request)));
        }
        catch (ShimException error)
        {
            respond(new TtrpcResponse(error.Status, error.Message, []));
        }
        catch (TtrpcException error)
        {
            respond(new TtrpcResponse(error.Status, error.Message, []));
        }
        catch (Exception error) when (error is SyscallException or IOException or UnauthorizedAccessException or FormatException)
        {
            respond(new TtrpcResponse(TtrpcStatus.Unknown, error.Message, []));
        }
    }

    private static TtrpcResponse Ok(ProtoWriter message) => new(TtrpcStatus.Ok, string.Empty, message.ToArray());

    private ProtoWriter Answer(TtrpcRequest request)
    {
        switch (request.Method)
        {
            case "Create":
                return Create(request.Payload);
            case "Exec":
                return Exec(request.Payload);
            case "ResizePty":
                return Resize(request.Payload);
            case "Kill":
                return Kill(request.Payload);
            case "CloseIO":
                return CloseInput(request.Payload);
            case "Update":
                return Update(request.Payload);
            case "Checkpoint":
                return Checkpoint(request.Payload);
            case "Shutdown":
                return Shutdown();
        }

        var call = TaskRequest.Decode(request.Payload);
        switch (request.Method)
        {
            case "State":
                return State(task.Find(call.ExecId));
            case "Start":
                return new ProtoWriter().Number(1, (ulong)task.Start(call.ExecId));
            case "Delete":
                ContainerProcess deleted = task.Delete(call.ExecId);
                return new ProtoWriter().Number(1, (ulong)deleted.Pid).Number(2, (ulong)(deleted.ExitCode ?? 0)).Time(3, deleted.ExitedAt);
            case "Pids":
                return Pids();
            case "Pause":
                task.Pause();
                return new ProtoWriter();
            case "Resume":
                task.Resume();
                return new ProtoWriter();
            case "Stats":
                return new ProtoWriter().Any(1, CgroupMetrics.Type, CgroupMetrics.Read(task.Find(string.Empty).Pid));
            case "Connect":
                return new ProtoWriter().Number(1, (ulong)CurrentProcess.Id).Number(2, (ulong)(task.Empty ? 0 : task.Find(string.Empty).Pid));
            default:
                throw new ShimException($"method {request.Method}", TtrpcStatus.Unimplemented);
        }
    }

    private ProtoWriter Create(byte[] payload)
    {
        var mounts = new List<RootMounts.One>();
        string input = "", output = "", error = "", checkpoint = "";
        bool terminal = false;
        var settings = new RuntimeSettings();
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3: mounts.Add(RootMounts.Decode(reader.Bytes)); break;
                case 4: terminal = reader.Flag; break;
                case 5: input = reader.Text; break;
                case 6: output = reader.Text; break;
                case 7: error = reader.Text; break;
                case 8: checkpoint = reader.Text; break;
                case 10: settings = Settings(reader.Bytes); break;
            }
        }

        return new ProtoWriter().Number(1, (ulong)task.Create(mounts, new IoPaths(input, output, error, terminal), settings, checkpoint));
    }

    private ProtoWriter Checkpoint(byte[] payload)
    {
        string path = string.Empty;
        (string Type, byte[] Value) options = (string.Empty, []);
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: path = reader.Text; break;
                case 3: options = Any(reader.Bytes); break;
            }
        }

        task.Checkpoint(CheckpointRequest.Decode(path, options.Value));
        return new ProtoWriter();
    }

    private static RuntimeSettings Settings(ReadOnlySpan<byte> any)
    {
        (string type, byte[] value) = Any(any);
        return RuntimeSettings.Decode(type, value);
    }

    private ProtoWriter Exec(byte[] payload)
    {
        string execId = "", input = "", output = "", error = "";
        bool terminal = false;
        byte[] document = [];
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: execId = reader.Text; break;
                case 3: terminal = reader.Flag; break;
                case 4: input = reader.Text; break;
                case 5: output = reader.Text; break;
                case 6: error = reader.Text; break;
                case 7: document = Any(reader.Bytes).Value; break;
            }
        }

        // The id becomes part of file names in the bundle.
        if (execId.Length == 0 || !execId.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            throw new ShimException($"exec id \"{execId}\" is invalid", TtrpcStatus.InvalidArgument);
        }

        task.AddExec(execId, new IoPaths(input, output, error, terminal), document);
        return new ProtoWriter();
    }

    private ProtoWriter Resize(byte[] payload)
    {
        string execId = "";
        ushort width = 0, height = 0;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: execId = reader.Text; break;
                case 3: width = (ushort)reader.Number; break;
                case 4: height = (ushort)reader.Number; break;
            }
        }

        task.Find(execId).Io?.Resize(height, width);
        return new ProtoWriter();
    }

    private ProtoWriter Kill(byte[] payload)
    {
        string execId = "";
        uint signal = 0;
        bool all = false;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: execId = reader.Text; break;
                case 3: signal = (uint)reader.Number; break;
                case 4: all = reader.Flag; break;
            }
        }

        task.Kill(execId, signal, all);
        return new ProtoWriter();
    }

    private ProtoWriter CloseInput(byte[] payload)
    {
        string execId = "";
        bool input = false;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: execId = reader.Text; break;
                case 3: input = reader.Flag; break;
            }
        }

        if (input)
        {
            task.Find(execId).Io?.CloseInput();
        }

        return new ProtoWriter();
    }

    private ProtoWriter Update(byte[] payload)
    {
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            if (reader.Field == 2)
            {
                task.Update(Any(reader.Bytes).Value);
            }
        }

        return new ProtoWriter();
    }

    private ProtoWriter Shutdown()
    {
        if (task.Empty)
        {
            // After the answer has been written.
            loop.After(0, loop.End);
        }

        return new ProtoWriter();
    }

    private ProtoWriter Pids()
    {
        var writer = new ProtoWriter();
        foreach ((int pid, string? execId) in task.Pids())
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

    private ProtoWriter State(ContainerProcess process) => new ProtoWriter()
        .Text(1, task.Id)
        .Text(2, task.Bundle)
        .Number(3, (ulong)process.Pid)
        .Number(4, process.Status)
        .Text(5, process.Paths.Input)
        .Text(6, process.Paths.Output)
        .Text(7, process.Paths.Error)
        .Flag(8, process.Paths.Terminal)
        .Number(9, (ulong)(process.ExitCode ?? 0))
        .Time(10, process.ExitedAt)
        .Text(11, process.ExecId);

    private static (string Type, byte[] Value) Any(ReadOnlySpan<byte> bytes)
    {
        string type = "";
        byte[] value = [];
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type = reader.Text; break;
                case 2: value = reader.Bytes.ToArray(); break;
            }
        }

        return (type, value);
    }
}
