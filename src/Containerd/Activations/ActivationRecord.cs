using Google.Protobuf;
using Wharf.ContainerdApi.Types;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Activations;

/// <summary>Mounts that this daemon has made for somebody, or begun to.</summary>
/// <param name="Number">Names their folder.</param>
/// <param name="Lease">What keeps them; empty when they stay until somebody says so.</param>
/// <param name="IsReady">False until all of them are there.</param>
internal sealed record ActivationRecord(ActivationInfo Info, ulong Number, string Lease, bool IsReady)
{
    public byte[] Encode() => new ProtoWriter().Message(1, Info.ToByteArray()).Number(2, Number).Text(3, Lease).Flag(4, IsReady).ToArray();

    public static ActivationRecord Decode(byte[] bytes)
    {
        ActivationInfo? info = null;
        ulong number = 0;
        string lease = string.Empty;
        bool ready = false;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: info = ActivationInfo.Parser.ParseFrom(reader.Bytes); break;
                case 2: number = reader.Number; break;
                case 3: lease = reader.Text; break;
                case 4: ready = reader.Number != 0; break;
            }
        }

        return new ActivationRecord(info ?? throw new InvalidDataException("activation record without info"), number, lease, ready);
    }
}
