using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>What most requests of the task service have: the container's id and an exec id, which is empty for its first process.</summary>
internal readonly record struct TaskRequest(string Id, string ExecId)
{
    internal static TaskRequest Decode(ReadOnlySpan<byte> bytes)
    {
        string id = "", execId = "";
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: execId = reader.Text; break;
            }
        }

        return new TaskRequest(id, execId);
    }
}
