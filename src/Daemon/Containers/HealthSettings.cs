using Wharf.EngineApi.Containers;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Containers;

/// <summary>How a container is asked whether it is well, with docker's defaults.</summary>
/// <param name="Command">What is run in the container.</param>
/// <param name="Interval">Between two checks.</param>
/// <param name="Timeout">How long one may take.</param>
/// <param name="StartPeriod">From the start, while failures do not count.</param>
/// <param name="StartInterval">Between two checks in that time.</param>
/// <param name="Retries">So many failures after each other make it unhealthy.</param>
internal sealed record HealthSettings(IReadOnlyList<string> Command, TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, TimeSpan StartInterval, int Retries)
{
    private const int Standard = 3;
    private const long Least = 1_000_000;
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AtStart = TimeSpan.FromSeconds(5);
    private static readonly string[] Shell = ["/bin/sh", "-c"];

    /// <summary>Null for a container that nobody asks.</summary>
    internal static HealthSettings? Of(ContainerConfig config)
    {
        if (config.Healthcheck is not { Test: [var kind, ..] test } health)
        {
            return null;
        }

        IReadOnlyList<string>? command = kind switch
        {
            "CMD" => [.. test.Skip(1)],
            "CMD-SHELL" when test.Count > 1 => [.. config.Shell is { Count: > 0 } own ? own : Shell, test[1]],
            _ => null,
        };
        return command is not { Count: > 0 } ? null : new HealthSettings(
            command,
            Given(health.Interval, Usual),
            Given(health.Timeout, Usual),
            Given(health.StartPeriod, TimeSpan.Zero),
            Given(health.StartInterval, AtStart),
            health.Retries > 0 ? health.Retries : Standard);
    }

    /// <summary>What a request says, and where it says nothing what the image does.</summary>
    internal static HealthConfig? Merge(HealthConfig? own, Healthcheck? image)
    {
        if (image is null)
        {
            return own;
        }

        HealthConfig merged = own ?? new HealthConfig();
        return merged with
        {
            Test = merged.Test is { Count: > 0 } ? merged.Test : image.Test,
            Interval = merged.Interval != 0 ? merged.Interval : image.Interval ?? 0,
            Timeout = merged.Timeout != 0 ? merged.Timeout : image.Timeout ?? 0,
            StartPeriod = merged.StartPeriod != 0 ? merged.StartPeriod : image.StartPeriod ?? 0,
            StartInterval = merged.StartInterval != 0 ? merged.StartInterval : image.StartInterval ?? 0,
            Retries = merged.Retries != 0 ? merged.Retries : image.Retries ?? 0,
        };
    }

    /// <exception cref="EngineException">A time that is too short, or a negative count.</exception>
    internal static void Check(HealthConfig? health)
    {
        if (health is null)
        {
            return;
        }

        foreach ((string name, long value) in new[] { ("Interval", health.Interval), ("Timeout", health.Timeout), ("StartPeriod", health.StartPeriod), ("StartInterval", health.StartInterval) })
        {
            if (value is not 0 and < Least)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"{name} in Healthcheck cannot be less than 1ms");
            }
        }

        if (health.Retries < 0)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "Retries in Healthcheck cannot be negative");
        }
    }

    private static TimeSpan Given(long nanoseconds, TimeSpan otherwise) => nanoseconds > 0 ? TimeSpan.FromTicks(nanoseconds / 100) : otherwise;
}
