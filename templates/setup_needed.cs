<?cs # setup_needed.cs: an authorization was asked for, but there is no OAuth client, or none that works.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Setup.Url                 url, optional   OAuth Client Settings; absent = the visitor may not
    Setup.BackUrl             url             the provider's page
    Setup.Unusable            bool            there is one, but its values lead nowhere
    Help.People.N.Name        text            who can, when Setup.Url is absent
    Help.People.N.Email       text
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("OAuth client needed — " + Provider.Label) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="mark mark-failed"></span><?cs call:tile(Provider.Icon) ?></p>
<?cs if:Setup.Unusable ?>
  <h1>The OAuth client of <?cs var:Provider.Label ?> cannot be used</h1>
  <p class="lede">Its values make no address that you may be sent to. An address begins with https://, unless your operator allows another.</p>
</div>
<?cs if:?Setup.Url ?><p class="panel-text">Compare the values in the OAuth client settings with those that <?cs var:Provider.Vendor ?> names.</p><?cs
else ?><p class="panel-text">An owner or admin of <?cs var:Workspace.Name ?> can correct it. Send one of them the address of this page.</p><?cs call:helpers(Help.People) ?><?cs /if ?><?cs
else ?>
  <h1><?cs var:Provider.Label ?> needs an OAuth client first</h1>
  <p class="lede"><?cs var:Provider.Vendor ?> only talks to apps it knows. Neither your operator nor this workspace has set up an app for <?cs var:Provider.Label ?> yet.</p>
</div>
<?cs if:?Setup.Url ?><p class="panel-text">It takes a few minutes: make an app at <?cs var:Provider.Vendor ?>, paste the redirect URI there, and its keys here. The next page shows each step.</p><?cs
else ?><p class="panel-text">An owner or admin of <?cs var:Workspace.Name ?> can set it up. Send one of them the address of this page.</p><?cs call:helpers(Help.People) ?><?cs /if ?><?cs
/if ?>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Setup.BackUrl ?>">Back to <?cs var:Provider.Label ?></a><?cs if:?Setup.Url ?> <a class="button button-primary" href="<?cs var:Setup.Url ?>"><?cs if:Setup.Unusable ?>OAuth Client Settings<?cs else ?>Setup OAuth Client<?cs /if ?></a><?cs /if ?></p>
<?cs call:panel_close() ?>
