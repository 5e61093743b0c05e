using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Terminals;

/// <summary>
/// Finds the keys that detach in what the user types. Keys that begin the sequence are held back until it is clear what they
/// are; if it was nothing, they are passed on.
/// </summary>
internal sealed class DetachKeys
{
    internal const string Default = "ctrl-p,ctrl-q";
    private readonly byte[] sequence;
    private int matched;

    private DetachKeys(byte[] sequence) => this.sequence = sequence;

    /// <summary>Letters, or ctrl- and one of a-z @ [ \ ] ^ _, with commas between.</summary>
    /// <exception cref="CommandException">No such sequence.</exception>
    internal static DetachKeys Parse(string text)
    {
        var bytes = new List<byte>();
        foreach (string key in (text.Length == 0 ? Default : text).Split(','))
        {
            if (key.Length == 1)
            {
                bytes.Add((byte)key[0]);
            }
            else if (key.Length == 6 && key.StartsWith("ctrl-", StringComparison.Ordinal) && key[5] is >= 'a' and <= 'z')
            {
                bytes.Add((byte)(key[5] - 'a' + 1));
            }
            else if (key.Length == 6 && key.StartsWith("ctrl-", StringComparison.Ordinal) && key[5] is '@' or '[' or '\\' or ']' or '^' or '_')
            {
                bytes.Add((byte)(key[5] == '@' ? 0 : key[5] - '['  + 27));
            }
            else
            {
                throw new CommandException($"invalid detach keys ({text}): Unknown character: '{key}'");
            }
        }

        return new DetachKeys([.. bytes]);
    }

    /// <summary>What is to be passed on of the bytes that were typed, and whether the sequence is complete.</summary>
    internal (byte[] Pass, bool Detached) Take(ReadOnlySpan<byte> typed)
    {
        var pass = new List<byte>(typed.Length);
        foreach (byte key in typed)
        {
            if (key == sequence[matched])
            {
                if (++matched == sequence.Length)
                {
                    matched = 0;
                    return ([.. pass], true);
                }

                continue;
            }

            pass.AddRange(sequence.AsSpan(0, matched));
            matched = key == sequence[0] ? 1 : 0;
            if (matched == 0)
            {
                pass.Add(key);
            }
        }

        return ([.. pass], false);
    }
}
