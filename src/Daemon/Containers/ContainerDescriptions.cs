using System.Globalization;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Containers in the forms of inspect and list.</summary>
internal sealed class ContainerDescriptions(string driver, NetworkDescriptions networks, VolumeTable volumes)
{
    internal ContainerInspect Inspect(Container container)
    {
        ContainerDocument document = container.Document;
        string[] execs;
        lock (container.Execs)
        {
            execs = [.. container.Execs.Keys];
        }

        return new ContainerInspect
        {
            Id = document.Id,
            Created = Timestamps.Text(document.Created),
            Path = document.Path,
            Args = document.Args,
            State = document.State,
            Image = document.ImageId,
            ResolvConfPath = Path.Combine(container.Folder, "resolv.conf"),
            HostnamePath = Path.Combine(container.Folder, "hostname"),
            HostsPath = Path.Combine(container.Folder, "hosts"),
            LogPath = container.LogPath,
            Name = "/" + document.Name,
            RestartCount = document.RestartCount,
            Driver = driver,
            ExecIDs = execs.Length == 0 ? null : execs,
            HostConfig = document.HostConfig,
            Mounts = [.. document.Mounts.Select(mount => MountPointOf(mount))],
            Config = document.Config,
            NetworkSettings = networks.Settings(document),
        };
    }

    internal ContainerSummary Summary(Container container)
    {
        ContainerDocument document = container.Document;
        return new ContainerSummary
        {
            Id = document.Id,
            Names = ["/" + document.Name],
            Image = document.Config.Image,
            ImageID = document.ImageId,
            Command = string.Join(' ', document.Args.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word).Prepend(document.Path)),
            Created = document.Created.ToUnixTimeSeconds(),
            Labels = document.Config.Labels ?? new Dictionary<string, string>(),
            State = document.State.Status,
            Status = Status(document.State),
            Ports = NetworkDescriptions.Ports(document),
            HostConfig = new SummaryHostConfig { NetworkMode = document.HostConfig.NetworkMode },
            NetworkSettings = networks.Settings(document),
            Mounts = [.. document.Mounts.Select(mount => MountPointOf(mount))],
            Health = document.State.Health is { } health ? new HealthSummary { Status = health.Status, FailingStreak = health.FailingStreak } : new HealthSummary { Status = "none" },
        };
    }

    private MountPoint MountPointOf(ContainerMount mount) => new()
    {
        Type = mount.Type,
        Name = mount.Volume,
        Source = mount.Volume is { } volume ? volumes.PlaceOf(volume) : mount.Source,
        Destination = mount.Destination,
        Driver = mount.Volume is null ? null : mount.Driver,
        Mode = mount.Mode,
        RW = !mount.ReadOnly,
        Propagation = mount.Propagation,
    };

    private static string Status(ContainerState state) =>
        state.Restarting ? $"Restarting ({state.ExitCode}) {Since(state.FinishedAt)} ago"
            : state.Paused ? $"Up {Since(state.StartedAt)} (Paused)"
            : state.Running ? $"Up {Since(state.StartedAt)}" + (state.Health is { } health ? health.Status == HealthWatch.Starting ? " (health: starting)" : $" ({health.Status})" : "")
            : state.Status == "created" ? "Created"
            : $"Exited ({state.ExitCode}) {Since(state.FinishedAt)} ago";

    /// <summary>As docker counts: seconds, minutes, hours, days, weeks, months, years.</summary>
    private static string Since(string time)
    {
        TimeSpan passed = DateTimeOffset.UtcNow - DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
        return passed.TotalSeconds < 1 ? "Less than a second"
            : passed.TotalSeconds < 2 ? "1 second"
            : passed.TotalSeconds < 60 ? $"{(int)passed.TotalSeconds} seconds"
            : passed.TotalMinutes < 2 ? "About a minute"
            : passed.TotalMinutes < 60 ? $"{(int)passed.TotalMinutes} minutes"
            : passed.TotalHours < 1.5 ? "About an hour"
            : passed.TotalHours < 48 ? $"{(int)Math.Round(passed.TotalHours)} hours"
            : passed.TotalDays < 14 ? $"{(int)passed.TotalDays} days"
            : passed.TotalDays < 60 ? $"{(int)(passed.TotalDays / 7)} weeks"
            : passed.TotalDays < 730 ? $"{(int)(passed.TotalDays / 30)} months"
            : $"{(int)(passed.TotalDays / 365)} years";
    }
}
