using System.Globalization;
using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>A size in bytes, with k, m, g, t or p for powers of 1024, with or without a b behind it; −1 for no limit.</summary>
internal static class MemorySize
{
    internal static long? Read(Arguments arguments, string flag)
    {
        if (arguments.Value(flag) is not { Length: > 0 } text)
        {
            return null;
        }

        if (text == "-1")
        {
            return -1;
        }

        string digits = text.ToLowerInvariant();
        digits = digits.EndsWith("ib", StringComparison.Ordinal) ? digits[..^2] : digits.TrimEnd('b');
        int power = digits.Length == 0 ? -1 : "kmgtp".IndexOf(digits[^1], StringComparison.Ordinal);
        digits = power < 0 ? digits : digits[..^1];
        return decimal.TryParse(digits.TrimEnd(' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) && number * (1L << (10 * (power + 1))) is var bytes and <= long.MaxValue
            ? (long)bytes
            : throw new ContainerException($"invalid value for {flag}: invalid size: '{text}'");
    }
}
