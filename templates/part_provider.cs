<?cs # part_provider.cs: search box, refused-files banner and cards, for every page that lists providers.
  Reads Search.*, Providers.*, Refused.* as listed in data_sources.cs. Needs part_ui.cs.
  Macros: provider_search(label), provider_refused(kind), provider_found(), provider_cards(list, deep):
  deep: the cards stand below headings of groups.
?><?cs
def:provider_search(search_label) ?>
<form class="search" role="search" method="get" action="<?cs var:Search.Url ?>"><?cs if:?Search.Kind ?><input type="hidden" name="kind" value="<?cs var:Search.Kind ?>"><?cs /if ?>
  <label class="visually-hidden" for="q"><?cs var:search_label ?></label>
  <span class="icon icon-search" aria-hidden="true"></span>
  <input type="search" id="q" name="q" value="<?cs var:Search.Query ?>" placeholder="{{list.search}}" autocomplete="off">
  <button type="submit" class="button">{{list.search}}</button>
</form><?cs /def ?><?cs

def:provider_refused(refused_kind) ?><?cs if:Refused.Count ?>
<div class="banner banner-warn">
  <p><strong><?cs if:refused_kind == "data_source" ?>{{list.missing_data_sources n=Refused.Count}}<?cs else ?>{{list.missing_providers n=Refused.Count}}<?cs /if ?></strong>
  <?cs if:Refused.Operator ?>{{list.refused_operator}}<?cs else ?>{{list.refused}}<?cs /if ?></p>
  <?cs if:Refused.Operator ?><ul>
    <?cs each:refused = Refused.Items ?><li><code><?cs var:refused.File ?></code>: <?cs var:refused.Reason ?></li>
    <?cs /each ?>
  </ul><?cs /if ?>
</div><?cs /if ?><?cs /def ?><?cs

def:provider_found() ?><?cs if:?Search.Query ?>
<p class="found" role="status">{{list.found n=Search.Count query=Search.Query a=Search.Url}}</p><?cs /if ?><?cs /def ?><?cs

def:provider_cards(card_list, card_deep) ?>
<ul class="cards">
  <?cs each:card = card_list ?><li class="card">
    <?cs call:tile(card.Icon) ?>
    <div class="card-body">
      <?cs if:card_deep ?><h3><?cs var:card.Label ?></h3><?cs else ?><h2><?cs var:card.Label ?></h2><?cs /if ?>
      <p class="card-text"><?cs var:card.Description ?></p>
      <p class="tags"><?cs call:pill(card.State) ?><?cs if:card.ApiKey ?> <span class="tag">{{label.api_key}}</span><?cs /if ?><?cs if:card.Oauth ?> <span class="tag">{{label.oauth}}</span><?cs /if ?></p>
    </div>
    <a class="button" href="<?cs var:card.Url ?>">{{list.configure}}<span class="visually-hidden"> <?cs var:card.Label ?></span></a>
  </li>
  <?cs /each ?>
</ul><?cs /def ?>
