namespace Wharf.Libcontainer.Criu;

/// <summary>criu_resp of criu's images/rpc.proto: an answer, or a notification that waits for one.</summary>
internal sealed record CriuResponse
{
    internal CriuRequestKind Kind { get; private set; }

    internal bool Success { get; private set; }

    /// <summary>The step that a notification tells of: "post-dump", "network-lock" and so on.</summary>
    internal string? Script { get; private set; }

    /// <summary>The restored first process, in a notification.</summary>
    internal int Pid { get; private set; }

    internal int Errno { get; private set; }

    internal string? ErrorText { get; private set; }

    /// <summary>Null where an old criu does not say.</summary>
    internal bool? MemoryTracking { get; private set; }

    internal bool? LazyPages { get; private set; }

    internal CriuVersion? Version { get; private set; }

    internal static CriuResponse Read(ReadOnlySpan<byte> bytes)
    {
        const string operand = "criu's answer";
        var response = new CriuResponse();
        var reader = new ProtobufReader(bytes, operand);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: response.Kind = (CriuRequestKind)reader.Number; break;
                case 2: response.Success = reader.Flag; break;
                case 5: response.ReadNotification(new ProtobufReader(reader.Bytes, operand)); break;
                case 7: response.Errno = (int)reader.Number; break;
                case 8: response.ReadFeatures(new ProtobufReader(reader.Bytes, operand)); break;
                case 9: response.ErrorText = reader.Text.Trim(); break;
                case 10: response.Version = CriuVersion.Read(new ProtobufReader(reader.Bytes, operand)); break;
                default: break;
            }
        }

        return response;
    }

    private void ReadNotification(ProtobufReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: Script = reader.Text; break;
                case 2: Pid = (int)reader.Number; break;
                default: break;
            }
        }
    }

    private void ReadFeatures(ProtobufReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: MemoryTracking = reader.Flag; break;
                case 2: LazyPages = reader.Flag; break;
                default: break;
            }
        }
    }
}
