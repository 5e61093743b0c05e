using System.Text;
using CsCheck;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Terminals;

namespace Wharf.Cli.Tests.Terminals;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData("", "\x10\x11", "", true)]
    [InlineData("", "ab\x10\x11", "ab", true)]
    [InlineData("", "\x10x\x11", "\x10x\x11", false)]
    [InlineData("", "\x10\x10\x11", "\x10", true)]
    [InlineData("", "\x11", "\x11", false)]
    [InlineData("a", "xay", "x", true)]
    [InlineData("ctrl-x,y", "\x18z\x18y", "\x18z", true)]
    [InlineData("ctrl-@,ctrl-[,ctrl-_", "\0\x1b\x1f", "", true)]
    public void The_sequence_is_found_and_the_rest_is_passed_on(string keys, string typed, string passed, bool detached)
    {
        DetachKeys sequence = DetachKeys.Parse(keys);

        (byte[] pass, bool found) = sequence.Take(Encoding.Latin1.GetBytes(typed));

        Assert.Equal((passed, detached), (Encoding.Latin1.GetString(pass), found));
    }

    [Fact]
    public void A_sequence_may_come_in_pieces()
    {
        DetachKeys sequence = DetachKeys.Parse("");

        Assert.Equal(("a", false), Text(sequence.Take("a\x10"u8)));
        Assert.Equal(("", true), Text(sequence.Take("\x11"u8)));
    }

    [Theory]
    [InlineData("ctrl-p,")]
    [InlineData("ctrl-1")]
    [InlineData("strg-p")]
    [InlineData("ab")]
    public void What_are_no_keys_is_refused(string keys)
    {
        CommandException error = Assert.Throws<CommandException>(() => DetachKeys.Parse(keys));

        Assert.StartsWith($"invalid detach keys ({keys}): ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_sequence_nothing_is_lost_however_it_is_cut() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[1, 7]).Sample((typed, size) =>
        {
            DetachKeys sequence = DetachKeys.Parse("ctrl-p,ctrl-q,x");
            var passed = new List<byte>();
            foreach (byte[] piece in typed.Where(key => key != (byte)'x').Chunk(size))
            {
                passed.AddRange(sequence.Take(piece).Pass);
            }

            // The last keys may be the beginning of the sequence: they are held until the next one.
            byte[] expected = [.. typed.Where(key => key != (byte)'x')];
            Assert.Equal(expected[..passed.Count], passed);
            Assert.InRange(expected.Length - passed.Count, 0, 2);
        });

    private static (string Passed, bool Detached) Text((byte[] Pass, bool Detached) taken) => (Encoding.Latin1.GetString(taken.Pass), taken.Detached);
}
