using System.Globalization;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>A line of rdma.max, the same on v1 and v2: "mlx5_1 hca_handle=3 hca_object=10000".</summary>
internal static class RdmaLine
{
    internal static string Of(string device, RdmaLimit limit)
    {
        if (limit.HcaHandles is null && limit.HcaObjects is null)
        {
            throw new ContainerException($"rdma \"{device}\": neither hcaHandles nor hcaObjects");
        }

        return device + Part("hca_handle", limit.HcaHandles) + Part("hca_object", limit.HcaObjects);
    }

    private static string Part(string name, uint? value) => value is { } number ? string.Create(CultureInfo.InvariantCulture, $" {name}={number}") : string.Empty;
}
