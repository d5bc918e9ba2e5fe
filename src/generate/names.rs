//! Common first and family names in France.

#[rustfmt::skip]
pub(super) const WOMEN: [&str; 72] = [
    "Marie", "Nathalie", "Isabelle", "Sylvie", "Catherine", "Françoise", "Valérie", "Christine", "Monique", "Sophie",
    "Patricia", "Martine", "Nicole", "Sandrine", "Stéphanie", "Céline", "Julie", "Aurélie", "Caroline", "Laurence",
    "Émilie", "Claire", "Anne", "Camille", "Laura", "Sarah", "Hélène", "Brigitte", "Élodie", "Véronique",
    "Virginie", "Corinne", "Delphine", "Karine", "Laëtitia", "Mélanie", "Florence", "Béatrice", "Agnès", "Michèle",
    "Dominique", "Chantal", "Annie", "Jacqueline", "Fatima", "Aïcha", "Maïté", "Gaëlle", "Zoé", "Noémie",
    "Anne-Marie", "Marie-Hélène", "Anne-Sophie", "Marie-Françoise", "Marie-Thérèse", "Marie-Christine", "Maud", "Séverine",
    "Cécile", "Danièle", "Geneviève", "Joëlle", "Muriel", "Odile", "Pascale", "Régine", "Solène", "Thérèse",
    "Yvette", "Maryse", "Khadija", "Ana Paula",
];

#[rustfmt::skip]
pub(super) const MEN: [&str; 72] = [
    "Jean", "Philippe", "Michel", "Alain", "Patrick", "Nicolas", "Christophe", "Pierre", "Christian", "Éric",
    "Frédéric", "Laurent", "Stéphane", "David", "Pascal", "Daniel", "Alexandre", "Julien", "Thierry", "Olivier",
    "Bernard", "Thomas", "Sébastien", "Gérard", "Didier", "Dominique", "Vincent", "François", "Bruno", "Guillaume",
    "Jérôme", "Jacques", "Marc", "Maxime", "Romain", "Claude", "Antoine", "Franck", "Jean-Pierre", "Anthony",
    "Kévin", "Gilles", "Cédric", "Serge", "André", "Mathieu", "Benjamin", "Patrice", "Fabrice", "Joël",
    "Jérémy", "Clément", "Arnaud", "Denis", "Paul", "Lionel", "Hervé", "Benoît", "Loïc", "Rémi",
    "Jean-François", "Jean-Luc", "Jean-Marc", "Jean-Claude", "Mohamed", "Ahmed", "José", "Régis", "Noël", "Gaël",
    "Raphaël", "Jean-Baptiste",
];

#[rustfmt::skip]
pub(super) const FAMILIES: [&str; 150] = [
    "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent",
    "Simon", "Michel", "Lefèvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard",
    "Bonnet", "Dupont", "Lambert", "Fontaine", "Rousseau", "Vincent", "Müller", "Lefebvre", "Faure", "André",
    "Mercier", "Blanc", "Guérin", "Boyer", "Garnier", "Chevalier", "François", "Legrand", "Gauthier", "Garcia",
    "Perrin", "Robin", "Clément", "Morin", "Nicolas", "Henry", "Roussel", "Mathieu", "Gautier", "Masson",
    "Marchand", "Duval", "Denis", "Dumont", "Marie", "Lemaire", "Noël", "Meyer", "Dufour", "Meunier",
    "Brun", "Blanchard", "Giraud", "Joly", "Rivière", "Lucas", "Brunet", "Gaillard", "Barbier", "Arnaud",
    "Martinez", "Gérard", "Roche", "Renard", "Schmitt", "Roy", "Leroux", "Colin", "Vidal", "Caron",
    "Picard", "Roger", "Fabre", "Aubert", "Lemoine", "Renaud", "Dumas", "Lacroix", "Olivier", "Philippe",
    "Bourgeois", "Pierre", "Benoît", "Rey", "Leclerc", "Payet", "Rolland", "Leclercq", "Guillaume", "Lecomte",
    "Lopez", "Jean", "Dupuy", "Guillot", "Hubert", "Berger", "Carpentier", "Sanchez", "Dupuis", "Moulin",
    "Louis", "Deschamps", "Huet", "Vasseur", "Perez", "Boucher", "Fleury", "Royer", "Klein", "Jacquet",
    "Adam", "Paris", "Poirier", "Marty", "Aubry", "Guyot", "Carré", "Charles", "Renault", "Charpentier",
    "Ménard", "Maillard", "Baron", "Bertin", "Bailly", "Hervé", "Schneider", "Fernandez", "Le Gall", "Le Goff",
    "L'Hostis", "D'Almeida", "N'Diaye", "De Oliveira", "Da Silva", "Saint-Martin", "L'Haridon", "Nguyen", "Traoré", "Benaïssa",
];
