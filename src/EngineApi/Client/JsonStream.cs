using System.Text.Json;

namespace Wharf.EngineApi.Client;

/// <summary>A body of one JSON document after the other: progress, events.</summary>
public static class JsonStream
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <exception cref="ProtocolException">Not JSON, or cut off.</exception>
    public static IEnumerable<JsonElement> Read(EngineResponse response)
    {
        byte[] buffer = new byte[16 * 1024];
        int length = 0;
        bool ended = false;
        while (true)
        {
            int used = 0;
            while (Next(response.Request, buffer, ref used, length, ended) is { } document)
            {
                yield return document;
            }

            Buffer.BlockCopy(buffer, used, buffer, 0, length - used);
            length -= used;
            if (ended)
            {
                yield break;
            }

            if (length == buffer.Length)
            {
                if (length >= MostBytes)
                {
                    throw new ProtocolException($"{response.Request}: a document is longer than {MostBytes} bytes");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int count = response.Body.Read(buffer.AsSpan(length));
            ended = count == 0;
            length += count;
        }
    }

    private static JsonElement? Next(string request, byte[] buffer, ref int used, int length, bool ended)
    {
        ReadOnlySpan<byte> rest = buffer.AsSpan(used, length - used);
        int blank = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (blank < 0)
        {
            used = length;
            return null;
        }

        used += blank;
        var reader = new Utf8JsonReader(buffer.AsSpan(used, length - used), ended, default);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out JsonDocument? document))
            {
                return ended ? throw new ProtocolException($"{request}: unexpected EOF within a document") : null;
            }

            using (document)
            {
                used += (int)reader.BytesConsumed;
                return document!.RootElement.Clone();
            }
        }
        catch (JsonException error)
        {
            throw new ProtocolException($"{request}: error reading a document of the answer: {error.Message}", error);
        }
    }
}
