namespace Wharf.Libcontainer.Systemd;

/// <summary>A message that has come: a reply to a call, an error, or a signal.</summary>
internal sealed record BusMessage(byte Type, uint ReplySerial, string Member, string ErrorName, ReadOnlyMemory<byte> Body)
{
    internal const byte Call = 1;
    internal const byte Reply = 2;
    internal const byte Error = 3;
    internal const byte Signal = 4;

    internal BusReader Read() => new(Body);
}
