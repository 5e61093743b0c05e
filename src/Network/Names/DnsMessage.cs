using System.Buffers.Binary;
using System.Text;
using Wharf.Network.Addresses;

namespace Wharf.Network.Names;

/// <summary>A question of RFC 1035, and answers to it. What is passed on is not taken apart further than it must be.</summary>
/// <param name="Id">The query's number, which the answer repeats.</param>
/// <param name="Flags">The header's flags as they came.</param>
/// <param name="Name">In lower case, without the last dot; empty for the root.</param>
/// <param name="End">Where the question ends.</param>
public sealed record DnsMessage(ushort Id, ushort Flags, string Name, ushort Type, ushort Class, int End)
{
    public const int HeaderSize = 12;
    public const ushort TypeA = 1;
    public const ushort TypePtr = 12;
    public const ushort TypeAaaa = 28;
    public const int NoError = 0;
    public const int ServerFailure = 2;
    public const int NameError = 3;
    public const int NotImplemented = 4;
    private const ushort Internet = 1;
    private const ushort TypeOpt = 41;
    private const ushort ResponseFlag = 0x8000;
    private const int LongestName = 255;
    private const int LongestLabel = 63;

    /// <summary>Seconds for which an answer about a container may be kept: it may be gone any time.</summary>
    private const uint OwnLifetime = 5;

    /// <summary>A standard query with one question; null for anything else.</summary>
    public static DnsMessage? ReadQuery(ReadOnlySpan<byte> bytes)
    {
        const ushort operation = 0x7800;
        return Read(bytes) is { } message && (message.Flags & (ResponseFlag | operation)) == 0 && message.Class == Internet ? message : null;
    }

    /// <summary>The header and the question of a query or an answer; null when there is not exactly one, or it is malformed.</summary>
    public static DnsMessage? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) != 1)
        {
            return null;
        }

        var name = new StringBuilder();
        int at = HeaderSize;
        while (true)
        {
            if (at >= bytes.Length)
            {
                return null;
            }

            int length = bytes[at++];
            if (length == 0)
            {
                break;
            }

            // A question's name has nothing before it that it could point to.
            if (length > LongestLabel || at + length > bytes.Length || name.Length + length + 1 > LongestName)
            {
                return null;
            }

            if (name.Length > 0)
            {
                name.Append('.');
            }

            foreach (byte letter in bytes.Slice(at, length))
            {
                // A dot within a label would be another name.
                if (letter is < 0x21 or > 0x7e or (byte)'.')
                {
                    name.Append('\\').Append((int)letter);
                }
                else
                {
                    name.Append(char.ToLowerInvariant((char)letter));
                }
            }

            at += length;
        }

        return at + 4 > bytes.Length
            ? null
            : new DnsMessage(
                BinaryPrimitives.ReadUInt16BigEndian(bytes),
                BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
                name.ToString(),
                BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]),
                BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]),
                at + 4);
    }

    /// <summary>An answer without records.</summary>
    /// <param name="query">The query that this was read from.</param>
    public byte[] Refuse(ReadOnlySpan<byte> query, int code) => Answer(query, code, []);

    /// <summary>Addresses of the family that was asked for; as many as a datagram of 512 bytes holds.</summary>
    public byte[] Addresses(ReadOnlySpan<byte> query, IReadOnlyList<IpAddress> addresses) => Answer(query, NoError, [.. addresses.Select(one => one.ToBytes())]);

    /// <summary>The name that an address has.</summary>
    public byte[] Pointer(ReadOnlySpan<byte> query, string name)
    {
        using var bytes = new MemoryStream();
        foreach (string label in name.Split('.'))
        {
            byte[] text = Encoding.ASCII.GetBytes(label);
            if (text.Length is 0 or > LongestLabel)
            {
                return Refuse(query, NameError);
            }

            bytes.WriteByte((byte)text.Length);
            bytes.Write(text);
        }

        bytes.WriteByte(0);
        return Answer(query, NoError, [bytes.ToArray()]);
    }

    /// <summary>The address that a PTR question is about; null when its name is none.</summary>
    public IpAddress? PointedAt()
    {
        const string four = ".in-addr.arpa";
        const string six = ".ip6.arpa";
        if (Name.EndsWith(four, StringComparison.Ordinal))
        {
            return IpAddress.TryParse(string.Join('.', Name[..^four.Length].Split('.').Reverse()), out IpAddress address) && !address.IsV6 ? address : null;
        }

        string[] digits = Name.EndsWith(six, StringComparison.Ordinal) ? Name[..^six.Length].Split('.') : [];
        if (digits.Length != 32 || digits.Any(one => one.Length != 1 || !char.IsAsciiHexDigit(one[0])))
        {
            return null;
        }

        return IpAddress.Read(Convert.FromHexString(string.Concat(digits.Reverse())));
    }

    /// <summary>
    /// Where the lifetimes of an answer's records are, and the least of them in seconds; null when it is malformed, or says
    /// nothing that may be kept.
    /// </summary>
    public static (IReadOnlyList<int> Offsets, uint Lifetime)? Lifetimes(ReadOnlySpan<byte> answer)
    {
        const ushort truncated = 0x0200;
        const int codeMask = 15;
        if (Read(answer) is not { } message || (message.Flags & truncated) != 0 || (message.Flags & codeMask) is not (NoError or NameError))
        {
            return null;
        }

        int records = 0;
        for (int section = 6; section < HeaderSize; section += 2)
        {
            records += BinaryPrimitives.ReadUInt16BigEndian(answer[section..]);
        }

        List<int> offsets = [];
        uint least = uint.MaxValue;
        int at = message.End;
        for (int record = 0; record < records; record++)
        {
            at = SkipName(answer, at);
            if (at < 0 || at + 10 > answer.Length)
            {
                return null;
            }

            // The lifetime of an OPT record is none: it holds flags.
            if (BinaryPrimitives.ReadUInt16BigEndian(answer[at..]) != TypeOpt)
            {
                offsets.Add(at + 4);
                least = Math.Min(least, BinaryPrimitives.ReadUInt32BigEndian(answer[(at + 4)..]));
            }

            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]);
            if (at > answer.Length)
            {
                return null;
            }
        }

        return offsets.Count > 0 ? (offsets, least) : null;
    }

    /// <summary>Behind a name that may end in a pointer; −1 when it is malformed.</summary>
    private static int SkipName(ReadOnlySpan<byte> bytes, int at)
    {
        const int pointer = 0xc0;
        while (at < bytes.Length)
        {
            int length = bytes[at];
            if (length == 0)
            {
                return at + 1;
            }

            if ((length & pointer) == pointer)
            {
                return at + 2;
            }

            if (length > LongestLabel)
            {
                return -1;
            }

            at += 1 + length;
        }

        return -1;
    }

    private byte[] Answer(ReadOnlySpan<byte> query, int code, IReadOnlyList<byte[]> records)
    {
        const int recordHead = 12;
        const int largest = 512;
        const ushort recursionWanted = 0x0100;
        const ushort recursionAvailable = 0x0080;
        const ushort question = 0xc00c;
        int length = End;
        int count = 0;
        while (count < records.Count && length + recordHead + records[count].Length <= largest)
        {
            length += recordHead + records[count++].Length;
        }

        byte[] bytes = new byte[length];
        query[..End].CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(ResponseFlag | (Flags & recursionWanted) | recursionAvailable | code));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)count);
        bytes.AsSpan(8, 4).Clear();
        int at = End;
        foreach (byte[] record in records.Take(count))
        {
            Span<byte> part = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt16BigEndian(part, question);
            BinaryPrimitives.WriteUInt16BigEndian(part[2..], Type);
            BinaryPrimitives.WriteUInt16BigEndian(part[4..], Class);
            BinaryPrimitives.WriteUInt32BigEndian(part[6..], OwnLifetime);
            BinaryPrimitives.WriteUInt16BigEndian(part[10..], (ushort)record.Length);
            record.CopyTo(part[recordHead..]);
            at += recordHead + record.Length;
        }

        return bytes;
    }
}
