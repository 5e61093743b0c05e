namespace Wharf.Daemon.Archives;

/// <summary>What an archive says of a file.</summary>
internal sealed record TarHeader
{
    internal const char File = '0';
    internal const char HardLink = '1';
    internal const char SymbolicLink = '2';
    internal const char CharacterDevice = '3';
    internal const char BlockDevice = '4';
    internal const char Folder = '5';
    internal const char Fifo = '6';

    public string Name { get; init; } = "";

    /// <summary>The type flag of ustar.</summary>
    public char Kind { get; init; }

    public string Link { get; init; } = "";

    /// <summary>The permission bits.</summary>
    public uint Mode { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    public long Size { get; init; }

    public long Seconds { get; init; }

    public uint Nanoseconds { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public IReadOnlyList<(string Name, byte[] Value)> Attributes { get; init; } = [];
}
