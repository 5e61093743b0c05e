using System.Globalization;

namespace Wharf.Cli.CommandLine;

/// <summary>Refuses values of the wrong kind, in the words that users and scripts know.</summary>
internal static class FlagCheck
{
    internal static void Check(Flag flag, string value)
    {
        string? cause = flag.Type switch
        {
            FlagType.Switch => Bool(value) is null ? $"strconv.ParseBool: parsing \"{value}\": invalid syntax" : null,
            FlagType.Int => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : $"strconv.ParseInt: parsing \"{value}\": invalid syntax",
            FlagType.Uint16 => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : $"strconv.ParseUint: parsing \"{value}\": invalid syntax",
            FlagType.Decimal => NanoCpus(value) is null ? $"failed to parse {value} as a rational number" : null,
            FlagType.Bytes => ByteSize.Parse(value) is null ? ByteSize.Refusal(value) : null,
            FlagType.Duration => GoDuration.Parse(value) is null ? $"time: invalid duration \"{value}\"" : null,
            FlagType.Filter => value.Contains('=', StringComparison.Ordinal) || value.Length == 0 ? null : $"invalid argument \"{value}\": bad format of filter (expected name=value)",
            FlagType.Ulimit => UlimitValue.Parse(value, out string? refusal) is null ? refusal : null,
            FlagType.Gpus => GpuRequest.Parse(value, out string? wrong) is null ? wrong : null,
            _ => null,
        };
        if (cause is not null)
        {
            throw new UsageException(flag.Type == FlagType.Filter && !value.Contains('=', StringComparison.Ordinal)
                ? $"invalid argument \"{value}\" for \"{flag.Shown}\" flag: bad format of filter (expected name=value)"
                : $"invalid argument \"{value}\" for \"{flag.Shown}\" flag: {cause}");
        }
    }

    internal static bool? Bool(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    /// <summary>Billionths of a processor.</summary>
    internal static long? NanoCpus(string value) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal cpus) && Math.Abs(cpus) < 1_000_000_000m
            ? (long)(cpus * 1_000_000_000m)
            : null;
}
