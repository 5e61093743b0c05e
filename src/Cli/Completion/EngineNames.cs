using System.Text.Json;
using Wharf.Cli.Commands;
using Wharf.Cli.Contexts;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Completion;

/// <summary>Names of what an engine has. One that does not answer has none: a shell that asks wants no complaints between its keys.</summary>
internal sealed class EngineNames(Session session)
{
    internal IReadOnlyList<Candidate> Containers(bool all) =>
        [.. List(new Query("/containers/json").AddIf("all", all).ToString(), answer => answer.Items())
            .SelectMany(container => container.Texts("Names").Select(name => new Candidate(name.TrimStart('/'), container.Text("Image"))))
            .Where(candidate => !candidate.Text.Contains('/', StringComparison.Ordinal))];

    internal IReadOnlyList<Candidate> Images() =>
        [.. List("/images/json", answer => answer.Items()).SelectMany(image => image.Texts("RepoTags")).Where(name => name != "<none>:<none>").Select(name => new Candidate(name))];

    internal IReadOnlyList<Candidate> Networks() =>
        [.. List("/networks", answer => answer.Items()).Select(network => new Candidate(network.Text("Name"), network.Text("Driver")))];

    internal IReadOnlyList<Candidate> Volumes() =>
        [.. List("/volumes", answer => answer.Items("Volumes")).Select(volume => new Candidate(volume.Text("Name"), volume.Text("Driver")))];

    internal IReadOnlyList<Candidate> Contexts() =>
        [new(ContextStore.Default), .. session.Contexts.List().Select(context => new Candidate(context.Name, context.Document.Find("Metadata").Text("Description")))];

    private JsonElement[] List(string route, Func<JsonElement, IEnumerable<JsonElement>> items)
    {
        try
        {
            using EngineResponse response = session.Client.Send("GET", route);
            return [.. items(response.ReadJson())];
        }
        catch (Exception error) when (EntryPoint.IsExpected(error) || error is CommandLine.CommandException)
        {
            return [];
        }
    }
}
