namespace Wharf.Daemon.Containers;

/// <summary>The keys that leave a container's terminal: "ctrl-p,ctrl-q" unless told otherwise.</summary>
internal static class DetachKeys
{
    private static readonly byte[] Default = [16, 17];

    internal static byte[] Parse(string? text)
    {
        if (text is null)
        {
            return Default;
        }

        var keys = new List<byte>();
        foreach (string key in text.Split(','))
        {
            keys.Add(key.Length == 1 ? (byte)key[0]
                : key.StartsWith("ctrl-", StringComparison.Ordinal) && key.Length == 6 ? Control(key[5], text)
                : throw new EngineException(EngineErrorKind.InvalidParameter, $"Invalid detach keys ({text}) provided"));
        }

        return [.. keys];
    }

    /// <summary>What is passed on of some input. Keys that begin the sequence are held until it is known to be none.</summary>
    internal static (byte[] Passed, bool Detached) Filter(byte[] input, byte[] keys, ref int matched)
    {
        if (keys.Length == 0)
        {
            return (input, false);
        }

        var passed = new List<byte>(input.Length);
        foreach (byte one in input)
        {
            if (one == keys[matched])
            {
                matched++;
                if (matched == keys.Length)
                {
                    return ([], true);
                }

                continue;
            }

            passed.AddRange(keys.AsSpan(0, matched));
            matched = one == keys[0] ? 1 : 0;
            if (matched == 0)
            {
                passed.Add(one);
            }
        }

        return ([.. passed], false);
    }

    private static byte Control(char letter, string text) => letter switch
    {
        >= 'a' and <= 'z' => (byte)(letter - 'a' + 1),
        '@' => 0,
        '[' => 27,
        '\\' => 28,
        ']' => 29,
        '^' => 30,
        '_' => 31,
        _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"Invalid detach keys ({text}) provided"),
    };
}
