using Wharf.ContainerdApi.Containers.V1;
using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Containers;

/// <summary>Records of containers, for who runs them.</summary>
internal sealed class ContainerTable(MetadataStore store)
{
    public Container Get(string scope, string id) => store.Read(records => Find(records, scope, id));

    public bool Has(string scope, string id) => store.Read(records => records.Find(scope, RecordKind.Container, id)) is not null;

    public static Container Find(RecordQueries records, string scope, string id) =>
        records.Find(Container.Parser, scope, RecordKind.Container, id) ?? throw ContainerdException.NotFound($"container \"{id}\" in namespace \"{scope}\"");
}
