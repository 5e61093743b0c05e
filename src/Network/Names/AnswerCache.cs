using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Wharf.Network.Names;

/// <summary>Answers of others, for as long as they say that they hold.</summary>
public sealed class AnswerCache(TimeProvider time)
{
    private const int Limit = 4096;
    private const uint LongestLifetime = 300;
    private readonly ConcurrentDictionary<(string Servers, string Name, ushort Type), Entry> entries = new();

    private sealed record Entry(byte[] Answer, IReadOnlyList<int> Offsets, long Kept, uint Lifetime);

    /// <param name="servers">Who was asked: containers with other servers may get other answers.</param>
    public void Keep(string servers, DnsMessage question, ReadOnlySpan<byte> answer)
    {
        if (DnsMessage.Lifetimes(answer) is not ({ } offsets, > 0 and uint lifetime))
        {
            return;
        }

        if (entries.Count >= Limit)
        {
            entries.Clear();
        }

        entries[(servers, question.Name, question.Type)] = new Entry(answer.ToArray(), offsets, time.GetTimestamp(), Math.Min(lifetime, LongestLifetime));
    }

    /// <summary>The kept answer under the question's number, its lifetimes shorter by its age; null when there is none that holds.</summary>
    public byte[]? Find(string servers, DnsMessage question)
    {
        if (!entries.TryGetValue((servers, question.Name, question.Type), out Entry? entry))
        {
            return null;
        }

        uint age = (uint)time.GetElapsedTime(entry.Kept).TotalSeconds;
        if (age >= entry.Lifetime)
        {
            return null;
        }

        byte[] answer = [.. entry.Answer];
        BinaryPrimitives.WriteUInt16BigEndian(answer, question.Id);
        foreach (int offset in entry.Offsets)
        {
            Span<byte> lifetime = answer.AsSpan(offset);
            BinaryPrimitives.WriteUInt32BigEndian(lifetime, BinaryPrimitives.ReadUInt32BigEndian(lifetime) - age);
        }

        return answer;
    }
}
