namespace Wharf.Interop.Clients;

/// <summary>Every client meets the same engine, as on a host.</summary>
[CollectionDefinition(Name)]
public sealed class ClientEngineDefinition : ICollectionFixture<ClientEngine>
{
    public const string Name = "clients";
}
