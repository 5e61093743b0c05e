namespace Wharf.Oci.Runtime;

/// <summary>config-linux.md, "Control groups".</summary>
public sealed record Resources
{
    public IReadOnlyList<DeviceRule>? Devices { get; set; }

    public Memory? Memory { get; set; }

    public Cpu? Cpu { get; set; }

    public Pids? Pids { get; set; }

    public BlockIO? BlockIO { get; set; }

    public IReadOnlyList<HugepageLimit>? HugepageLimits { get; set; }

    public NetworkLimits? Network { get; set; }

    public IReadOnlyDictionary<string, RdmaLimit>? Rdma { get; set; }

    public IReadOnlyDictionary<string, string>? Unified { get; set; }
}
